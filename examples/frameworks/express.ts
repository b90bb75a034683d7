/** Express 5: `npm start express.ts`. */
import express from 'express';
import { toNodeHandler } from 'waybill/adapters/node';
import { port, receive } from './receive.ts';

const app = express();
// Before the parsers: a webhook reads its body itself.
app.all('/amazon/ndr', toNodeHandler(receive));
app.use(express.json());
app.get('/health', (_, response) => void response.json({ ok: true }));

app.listen(port, () => console.log(`listening on port ${port}`));
