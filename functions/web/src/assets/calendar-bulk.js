// Doing the same with many pins: several at a time, to the end, with what became of each.

// As many requests as a browser sends one host at a time, more or less.
const AT_A_TIME = 6;

// Asked to slow down (429), a request did nothing and is made again.
const PATIENCE = [500, 1_500, 4_000];

/**
 * Calls `act` with each task; answers for each `{task, done}` or `{task, error}`, in their order. `onEach(result)` is called
 * as each is done; after `signal` is aborted no other is begun, which is told by `{task, isStopped}`.
 */
export async function runMany(tasks, act, { signal, onEach }) {
  const results = new Array(tasks.length);
  let next = 0;
  const work = async () => {
    while (next < tasks.length) {
      const index = next;
      next += 1;
      results[index] = await one(tasks[index], act, signal);
      onEach(results[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, tasks.length) }, work));
  return results;
}

async function one(task, act, signal) {
  for (let tries = 0; ; tries += 1) {
    if (signal.aborted) return { task, isStopped: true };
    try {
      return { task, done: await act(task) };
    } catch (error) {
      if (error.status !== 429 || tries === PATIENCE.length) return { task, error };
      await new Promise((resolve) => setTimeout(resolve, PATIENCE[tries]));
    }
  }
}
