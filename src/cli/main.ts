#!/usr/bin/env node
/**
 * The `waybill` command. Imports nothing by itself: a Node that is too old would fail on the first file with an error that nobody
 * understands.
 *
 * @module
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`error: waybill needs Node 20.19 or newer, and this is ${process.versions.node}`);
  process.exitCode = 2;
} else {
  void import('./process.ts').then(({ start }) => start());
}
