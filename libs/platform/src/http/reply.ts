// What controllers need of the reply, whichever HTTP server it is of: `@Res({ passthrough: true }) reply: Reply`.
export interface Reply {
  header(name: string, value: string): unknown;
}
