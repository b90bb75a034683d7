/** Sets the colours that the reader chose, before anything is shown. */
try {
  const chosen = localStorage.getItem('waybill-colors');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
} catch {
  // Storage is switched off: the system's colours are used.
}
document.documentElement.classList.add('wb-js');
