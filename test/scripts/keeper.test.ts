import { describe, expect, it } from "vitest";
import { everySoOften, type Call, type Job } from "../../scripts/keeper/job.ts";
import { Keeper } from "../../scripts/keeper/keeper.ts";

const call = (what: string, more: Partial<Call> = {}): Call => ({
  what,
  to: `0x${"11".repeat(20)}`,
  data: "0x",
  ...more,
});

/** A job with so many tasks, each of one call. */
const jobWith = (name: string, tasks: number): Job => {
  let left = tasks;
  return {
    name,
    due: (isResting) => {
      const key = `${name} ${left}`;
      if (left === 0 || isResting(key)) return Promise.resolve(undefined);
      left--;
      return Promise.resolve({ key, calls: [call(key)] });
    },
  };
};

/** A keeper of these jobs on a chain where the named calls fail. */
function keeperOf(jobs: Job[], { failing = [] as string[], reverting = [] as string[] } = {}) {
  const sent: string[] = [];
  const said: string[] = [];
  const clock = { seconds: 0 };
  const keeper = new Keeper(jobs, {
    now: () => clock.seconds,
    say: (sentence) => said.push(sentence),
    simulate: ({ what }) =>
      failing.includes(what) ? Promise.reject(new Error("it would fail")) : Promise.resolve(),
    send: ({ what }) => {
      sent.push(what);
      return reverting.includes(what)
        ? Promise.reject(new Error("reverted"))
        : Promise.resolve("ok");
    },
  });
  return { keeper, sent, said, clock, failing };
}

describe("A keeper", () => {
  it("lets its jobs take turns, and ends a look however much is due", async () => {
    const { keeper, sent } = keeperOf([jobWith("circles", 1_000), jobWith("lottery", 2)]);
    await keeper.look();
    expect(sent).toHaveLength(16);
    expect(sent.slice(0, 4)).toEqual(["circles 1000", "lottery 2", "circles 999", "lottery 1"]);
  });

  it("does everything else when one thing fails, and says what failed", async () => {
    const broken: Job = { name: "savings", due: () => Promise.reject(new Error("no answer")) };
    const { keeper, sent } = keeperOf([broken, jobWith("lottery", 2)], {
      failing: ["lottery 2"],
    });
    expect(await keeper.look()).toEqual([
      "savings failed: no answer",
      "lottery 2 failed: it would fail",
    ]);
    expect(sent).toEqual(["lottery 1"]);
  });

  it("pays for nothing when what it is for would fail", async () => {
    const close: Job = {
      name: "lottery",
      due: (isResting) =>
        Promise.resolve(
          isResting("close")
            ? undefined
            : { key: "close", calls: [call("report", { optional: true }), call("close")] },
        ),
    };
    const { keeper, sent, said, clock, failing } = keeperOf([close], { failing: ["close"] });
    for (let look = 0; look < 3; look++) await keeper.look();
    expect(sent).toEqual([]);
    expect(said).toEqual(["close failed: it would fail; it rests for 4 s"]);
    // What is only of use may fail.
    failing.splice(0, 1, "report");
    clock.seconds = 4;
    await keeper.look();
    expect(sent[0]).toBe("close");
    expect(said.join("\n")).not.toMatch(/^report, /m);
  });

  it("lets what fails rest longer each time, up to ten minutes, and forgets that once it goes well", async () => {
    const always: Job = {
      name: "vault",
      due: (isResting) =>
        Promise.resolve(
          isResting("report") ? undefined : { key: "report", calls: [call("report")] },
        ),
    };
    const { keeper, sent, clock, failing } = keeperOf([always], { failing: ["report"] });
    const failures: number[] = [];
    for (; clock.seconds < 4_000; clock.seconds++) {
      if ((await keeper.look()).length > 0) failures.push(clock.seconds);
    }
    expect(failures.slice(0, 9)).toEqual([0, 4, 12, 28, 60, 124, 252, 508, 1_020]);
    expect(failures.slice(9)).toEqual([1_620, 2_220, 2_820, 3_420]);
    failing.length = 0;
    clock.seconds = 4_100;
    await keeper.look();
    expect(sent.length).toBeGreaterThan(0);
  });

  it("asks a dear job again at once while it has not yet read everything", async () => {
    let left = 3;
    const job: Job = {
      name: "savings",
      due: () => {
        left--;
        return Promise.resolve(undefined);
      },
      isBehind: () => left > 0,
    };
    let seconds = 0;
    const rare = everySoOften(job, 600, () => seconds);
    for (; seconds < 100; seconds += 10) await rare.due(() => false);
    expect(left).toBe(0);
    seconds = 700;
    await rare.due(() => false);
    expect(left).toBe(-1);
  });
});
