/**
 * Reading a body that a stranger sends.
 *
 * @module
 */

/** What came of a stream. */
interface Streamed {
  /** Up to the limit. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether there was more than the limit. */
  readonly isCut: boolean;
  /** Why it broke off, where it did. */
  readonly failure?: { readonly error: unknown };
}

/** Reads a stream, up to `limit` bytes: one without end must not fill the memory. Never throws. */
export async function readStream(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<Streamed> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let failure: Streamed['failure'];
  try {
    const reader = stream?.getReader();
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      chunks.push(part.value);
      size += part.value.length;
      if (size > limit) {
        void reader?.cancel().catch(() => undefined);
        break;
      }
    }
  } catch (error) {
    failure = { error };
  }
  const bytes = new Uint8Array(Math.min(size, limit));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at += chunk.length;
  }
  return { bytes, isCut: size > limit, ...(failure && { failure }) };
}
