import { describe, expect, test } from 'vitest';
import { parseRequest } from '../../../src/cli/sign/captured-request.ts';

const body = '{\n  "a": [\n    { "b": "ä" }\n  ]\n}';
const head = 'POST /v2/deliveryTrackers HTTP/1.1\r\nHost: 127.0.0.1:4020\r\nContent-Length: 40';
const read = (text: string) => {
  const { method, target, headers, body: bytes } = parseRequest(Buffer.from(text));
  return { method, target, headers, body: bytes.toString() };
};
const parsed = {
  method: 'POST',
  target: '/v2/deliveryTrackers',
  headers: [
    ['Host', '127.0.0.1:4020'],
    ['Content-Length', '40'],
  ],
};

/** As curl 7.88 prints a request, what it does and the response. */
const sent = `> ${head.replaceAll('\n', '\n> ')}\r\n> \r\n`;
const before = '*   Trying 127.0.0.1:4020...\n* Connected to 127.0.0.1 (127.0.0.1) port 4020 (#0)\n';
const after =
  '} [40 bytes data]\n< HTTP/1.1 403 Forbidden\r\n< content-type: application/json\r\n< \r\n{ [18 bytes data]\n* Connection #0 to host 127.0.0.1 left intact\n';

describe('parseRequest', () => {
  test('reads a request line, headers and a body', () => {
    expect(read(`${head}\r\n\r\n${body}`)).toEqual({ ...parsed, body });
    expect(read(`\ufeff${head.replaceAll('\r', '')}\n\n${body}`)).toEqual({ ...parsed, body });
    expect(read(head)).toEqual({ ...parsed, body: '' });
  });

  test('keeps a body that looks like the output of curl', () => {
    expect(read(`${head}\r\n\r\n> GET /\n* a\n`).body).toBe('> GET /\n* a\n');
  });
});

describe('parseRequest, for the output of curl -v', () => {
  test.each([
    ['as it is', before + sent + after],
    ['with Windows line ends', (before + sent + after).replaceAll(/\r?\n/g, '\r\n')],
    ['with Unix line ends', (before + sent + after).replaceAll('\r', '')],
    ['in UTF-8 with a byte order mark', `\ufeff${sent}${after}`],
    ['with the body of the response', `${before}${sent}< HTTP/1.1 403 Forbidden\r\n< \r\n* Connection #0 left intact\n{"reasonCode":"x"}`],
    ['as its lines with "> " only', sent],
    ['cut after the headers', sent.slice(0, -'\r\n> \r\n'.length)],
    ['without spaces at the ends of lines', sent.replace('> \r\n', '>\n')],
    [
      'with a tunnel through a proxy',
      `${before}> CONNECT pay-api.amazon.eu:443 HTTP/1.1\r\n> Host: x\r\n> \r\n< HTTP/1.1 200 OK\r\n< \r\n${sent}${after}`,
    ],
    [
      'with the progress meter',
      [
        '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n',
        '\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0',
        before,
        '\r  0     0    0     0    0     0      0      0 --:--:--  0:00:01 --:--:--     0',
        sent,
        '\r100    40    0     0  100    40      0     5k  0:00:01  0:00:01 --:--:--     5',
        after.slice(after.indexOf('<')),
      ].join(''),
    ],
  ])('reads the request %s', (_, output) => {
    expect(read(output)).toEqual({ ...parsed, body: '' });
  });

  test.each(['', before])('takes what follows the request as its body if curl says nothing after it: %#', (start) => {
    expect(read(`${start}${sent}${body}`)).toEqual({ ...parsed, body });
    expect(read(`${start}${sent.replace('> \r\n', '\r\n')}${body}`)).toEqual({ ...parsed, body });
  });

  test('refuses several requests, because only one of them can be meant', () => {
    expect(() => read(before + sent + after + sent + after)).toThrow('the capture has 2 requests');
    expect(() => read(sent + sent)).toThrow('the capture has 2 requests');
  });

  test.each([after, before + after, '> \r\n', '> CONNECT x:443 HTTP/1.1\r\n> \r\n'])(
    'refuses an output without a request: %#',
    (output) => {
      expect(() => read(output)).toThrow('this is not an HTTP request');
    },
  );
});
