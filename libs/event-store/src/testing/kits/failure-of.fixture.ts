// For the tests of the kits: a test that has to fail, and what it then says.
export async function failureOf(test: () => unknown): Promise<string> {
  try {
    await test();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('This test should have failed, and passed.');
}
