// What a key of a caller stands for: one command for as long as the key lasts, and another one when it is used again after that.

export interface IdempotencyKeys {
  /**
   * The command that the key `id` stands for: `id` itself, and once that command was recorded `ttlMs` ago a new one, the same for all who ask. That one
   * lasts from when it was recorded, or, as long as it was not, from when it was first asked for. Time is the store's. Joins no unit of work.
   * @throws UnavailableError safe to ask again.
   */
  commandOf(id: string, ttlMs: number): Promise<string>;
  /** Forgets new commands that have lasted `ttlMs`, at most `limit` of them; how many it were. Any number of processes may do it. @throws UnavailableError */
  prune(ttlMs: number, limit: number): Promise<number>;
}
