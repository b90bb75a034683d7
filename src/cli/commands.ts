/**
 * The commands, each with the file that does it.
 *
 * @module
 */
import type { Command } from 'commander';
import type { Context } from './context.ts';

/** A command, before its file is loaded. */
interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly define: (command: Command, context: Context) => void }>;
}

/** In the order of `--help`. */
export const COMMANDS: readonly Entry[] = [
  { name: 'demo', summary: "drive all three surfaces against an emulator of Amazon's side", load: () => import('./commands/demo.ts') },
  { name: 'emulator', summary: "serve an emulator of Amazon's side over HTTP", load: () => import('./commands/emulator.ts') },
  { name: 'doctor', summary: 'check keys, credentials and settings', load: () => import('./commands/doctor.ts') },
  { name: 'track', summary: 'tell Amazon Pay about a parcel', load: () => import('./commands/track.ts') },
  { name: 'carriers', summary: "search Amazon Pay's carrier codes", load: () => import('./commands/carriers.ts') },
  { name: 'sign', summary: 'sign an Amazon Pay request, or say why a signature is wrong', load: () => import('./commands/sign.ts') },
  { name: 'ndr', summary: 'say what is to happen with undelivered shipments', load: () => import('./commands/ndr.ts') },
  { name: 'send', summary: 'send a valid event to your webhook', load: () => import('./commands/send.ts') },
  { name: 'parse', summary: 'say what an event is, in whatever envelope', load: () => import('./commands/parse.ts') },
];
