/** What the guides use of frameworks that are not installed here: enough to compile their code blocks. */

interface Incoming {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

declare module 'express' {
  interface Outgoing {
    status(code: number): Outgoing;
    set(headers: Readonly<Record<string, string>>): Outgoing;
    send(body: string): Outgoing;
  }
  type Handler = (incoming: Incoming & { readonly originalUrl: string }, outgoing: Outgoing) => unknown;
  const express: {
    (): { post(path: string, ...handlers: Handler[]): void };
    text(options: { readonly type: string; readonly limit: string }): Handler;
  };
  export default express;
}

declare module 'fastify' {
  interface Reply {
    code(code: number): Reply;
    headers(headers: Readonly<Record<string, string>>): Reply;
    send(body: string): Reply;
  }
  export default function fastify(): {
    post(path: string, handler: (incoming: Incoming & { readonly url: string }, reply: Reply) => unknown): void;
  };
}

declare module 'hono' {
  export class Hono {
    post(path: string, handler: (context: { readonly req: { readonly raw: Request } }) => Promise<Response>): void;
  }
}
