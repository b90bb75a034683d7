/** Node's `http`: `npm start node-http.ts`. */
import { createServer } from 'node:http';
import { toNodeHandler } from 'waybill/adapters/node';
import { port, receive } from './receive.ts';

const webhook = toNodeHandler(receive);

createServer((request, response) => {
  if (request.url?.startsWith('/amazon/ndr')) void webhook(request, response);
  else response.writeHead(404).end();
}).listen(port, () => console.log(`listening on port ${port}`));
