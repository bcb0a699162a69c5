// Orders that a test plays itself, step by step.
import { placed } from '../../tools/demo/acknowledged.js';
import type { ScenarioName, Story } from '../../tools/demo/scenarios.js';
import type { Line, ShopClient } from '../../tools/demo/shop-client.js';

/** Places an order that is to end as those of the scenario do. */
export async function openStory(
  shop: ShopClient,
  scenario: ScenarioName,
  lines: readonly Line[],
): Promise<{ orderId: string; story: Story }> {
  const answer = await shop.place(lines);
  const { orderId } = answer;
  return { orderId, story: { scenario, orderId, acknowledged: [placed(orderId, answer, lines)] } };
}

export function storyOf(scenario: ScenarioName, orderId: string, version: number): Story {
  return { scenario, orderId, acknowledged: [{ service: 'order-service', stream: `order-${orderId}`, version }] };
}
