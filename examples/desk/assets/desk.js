// The desk works without this. It adds: select all, how many are ticked, a message before a form is sent that lacks something, and a page that is
// not loaded again while somebody fills it in.
const form = document.querySelector('form[action="/decisions"]');
const ticks = [...document.querySelectorAll('tbody input[name="id"]')];
const all = document.querySelector('#all');
const number = document.querySelector('#number');

function count() {
  const ticked = ticks.filter(({ checked }) => checked).length;
  if (number) number.textContent = ticked === 0 ? 'Tick shipments first' : `With ${ticked} of ${ticks.length} shipments`;
  if (!all) return;
  all.checked = ticked > 0 && ticked === ticks.length;
  all.indeterminate = ticked > 0 && ticked < ticks.length;
}

if (all) {
  all.hidden = false;
  all.addEventListener('change', () => {
    for (const tick of ticks) tick.checked = all.checked;
    count();
  });
  for (const tick of ticks) tick.addEventListener('change', count);
  count();
}

for (const button of form?.querySelectorAll('button[name="ndrAction"]') ?? []) {
  button.addEventListener('click', () => {
    const { day, notes } = form.elements;
    day.required = button.value === 'RESCHEDULE';
    notes.required = button.value === 'REATTEMPT';
    // A field that is not needed must not stop the form.
    if (!day.required) day.value = '';
    const [first] = ticks;
    if (first) first.setCustomValidity(ticks.some(({ checked }) => checked) ? '' : 'Tick at least one shipment.');
  });
}
for (const tick of ticks) tick.addEventListener('change', () => ticks[0].setCustomValidity(''));

let isTouched = false;
document.addEventListener('input', () => (isTouched = true));
if ('waiting' in document.body.dataset) setInterval(() => isTouched || location.reload(), 5000);
