/** What the guides use of frameworks that are not installed here: enough to compile their code blocks. */

declare module 'express' {
  type Incoming = import('node:http').IncomingMessage;
  type Handler = (incoming: Incoming, outgoing: import('node:http').ServerResponse, next: (error?: unknown) => void) => unknown;
  const express: {
    (): { all(path: string, ...handlers: Handler[]): void; use(...handlers: Handler[]): void };
    json(options?: {
      readonly limit?: string;
      readonly verify?: (incoming: Incoming, outgoing: unknown, bytes: Uint8Array) => unknown;
    }): Handler;
  };
  export default express;
}

declare module 'fastify' {
  export default function fastify(): {
    register(plugin: import('waybill/adapters/fastify').FastifyWebhookPlugin, options: { readonly prefix: string }): void;
  };
}

declare module 'undici' {
  export * from 'undici-7';
}
