#!/usr/bin/env node
/**
 * The `waybill` command. It has no static imports: on a Node that is too old, the first import would fail with an error that says nothing.
 *
 * @module
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`error: waybill needs Node 20.19 or later; this is ${process.versions.node}`);
  process.exitCode = 2;
} else if (process.argv.length === 3 && /^(?:-v|--version)$/.test(process.argv[2] ?? '')) {
  // Programs ask for it often, and it needs nothing else.
  void import('../core/version.ts').then(({ VERSION }) => console.log(VERSION));
} else {
  void import('./run.ts').then(({ start }) => start());
}
