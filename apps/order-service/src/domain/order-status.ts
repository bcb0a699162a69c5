// Where an order can stand: placed → confirmed or cancelled; confirmed → shipped or cancelled.
export const ORDER_STATUSES = ['placed', 'confirmed', 'shipped', 'cancelled'] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];
