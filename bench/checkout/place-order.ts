// The request of the bench: one line, sold in EUR, of an amount that the simulated gateway captures at once.
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

const BODY = JSON.stringify({ lines: [{ sku: 'mug', quantity: 2 }] });
const agent = new Agent({ keepAlive: true });

/** @returns the order's id. @throws Error when the answer is not 201. */
export function placeOrder(url: string, token: string, key: string = randomUUID()): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': BODY.length,
    'idempotency-key': key,
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/orders`, { method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 201) resolve((JSON.parse(text) as { orderId: string }).orderId);
        else reject(new Error(`POST /orders was answered with ${response.statusCode}: ${text}`));
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The service closes a connection that has been idle for a while; a request that goes out at that moment is to be sent again.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(placeOrder(url, token, key));
      else reject(error);
    });
    sent.end(BODY);
  });
}
