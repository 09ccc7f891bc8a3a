import type { Address } from "viem";
import { expect, it } from "vitest";
import { khipuVaultAbi, lotteryPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { rowsOf } from "./api-tables.ts";
import type { IndexedWorld } from "./indexed-world.ts";

interface Value {
  assets: string;
  usd: string | null;
  price: { answer: string; source: string; blockNumber: string } | null;
}

const value = "{ assets usd price { answer source blockNumber } }";

/** What the API reckons itself, checked against the contracts and against the tables. */
export function describeMadeFields(worldOf: () => IndexedWorld): void {
  const at = (name: string) => deployedAt(worldOf().deployment, name).address;
  const vault = () => ({ address: at("KhipuVault"), abi: khipuVaultAbi }) as const;
  const lottery = () => ({ address: at("LotteryPool"), abi: lotteryPoolAbi }) as const;
  const key = (name: string) => `chainId: ${worldOf().deployment.chainId}, address: "${at(name)}"`;
  const chainId = () => `chainId: ${worldOf().deployment.chainId}`;
  const head = () => worldOf().chain.getBlock();
  const query = <T>(text: string) => worldOf().query<T>(text);

  it("values the vault as the contract does, and in US dollars by the last answer of the feed", async () => {
    const { vault: row } = await query<{ vault: { tvl: Value; worth: Value } }>(
      `{ vault(${key("KhipuVault")}) { tvl ${value} worth(shares: "1000000000000") ${value} } }`,
    );
    const { number: blockNumber } = await head();
    const total = { ...vault(), functionName: "totalAssets", blockNumber } as const;
    const assets = await worldOf().chain.readContract(total);
    expect(row.tvl.assets).toBe(String(assets));
    const args = [10n ** 12n] as const;
    const share = { ...vault(), functionName: "convertToAssets", args, blockNumber } as const;
    expect(row.worth.assets).toBe(String(await worldOf().chain.readContract(share)));
    const latest = (await rowsOf(worldOf(), "price")).toSorted((a, b) =>
      Number(a["roundId"]) < Number(b["roundId"]) ? 1 : -1,
    )[0];
    expect(row.tvl.price?.answer).toBe(latest?.["answer"]);
    expect(row.tvl.price?.source).toBe(at("PriceFeed").toLowerCase());
    expect(row.tvl.usd).toBe(String((assets * BigInt(row.tvl.price?.answer ?? "")) / 10n ** 6n));
  });

  it("reckons the prize so far as the lottery does", async () => {
    const { lotteryPool } = await query<{ lotteryPool: { prize: Value } }>(
      `{ lotteryPool(${key("LotteryPool")}) { prize ${value} } }`,
    );
    const { number: blockNumber } = await head();
    const prize = { ...lottery(), functionName: "prizeSoFar", blockNumber } as const;
    const [, assets] = await worldOf().chain.readContract(prize);
    expect(lotteryPool.prize.assets).toBe(String(assets));
  });

  it("gives odds that add up to one", async () => {
    interface Odds {
      weight: string;
      totalWeight: string;
      perPrize: number;
    }
    const players = await rowsOf(worldOf(), "lotteryPlayer");
    const fields = players.map(
      ({ player }, index) =>
        `p${index}: odds(account: "${String(player)}") { weight totalWeight perPrize }`,
    );
    const { lotteryPool } = await query<{ lotteryPool: Record<string, Odds> }>(
      `{ lotteryPool(${key("LotteryPool")}) { ${fields.join(" ")} } }`,
    );
    const odds = Object.values(lotteryPool);
    const sum = odds.reduce((total, { weight }) => total + BigInt(weight), 0n);
    expect(String(sum)).toBe(odds[0]?.totalWeight);
    expect(odds.reduce((total, { perPrize }) => total + perPrize, 0)).toBeCloseTo(1, 9);
  });

  it("knows of each closed round what the contract weighed", async () => {
    const closed = (await rowsOf(worldOf(), "event")).filter(({ type }) => type === "RoundClosed");
    expect(closed).not.toEqual([]);
    const rounds = await rowsOf(worldOf(), "lotteryRound");
    for (const { args, subject } of closed) {
      const { weight, totalPrincipalAfter } = args as Record<string, string>;
      const round = rounds.find(({ roundId }) => roundId === subject);
      const length = BigInt(String(round?.["end"])) - BigInt(String(round?.["start"]));
      const missed = BigInt(String(round?.["missedWeight"]));
      expect(BigInt(totalPrincipalAfter ?? "") * length - missed).toBe(BigInt(weight ?? ""));
    }
  });

  it("adds up what everybody has, and says the same at the end of its history", async () => {
    const { timestamp, number: blockNumber } = await head();
    const one = { ...vault(), functionName: "convertToAssets", args: [1n], blockNumber } as const;
    const share = await worldOf().chain.readContract(one);
    for (const { address, vaultShares } of await rowsOf(worldOf(), "account")) {
      interface Position {
        product: string;
        shares: string;
        value: Value;
      }
      const { account } = await query<{
        account: {
          positions: Position[];
          portfolio: { value: Value; parts: { value: Value }[] };
          portfolioHistory: { value: Value }[];
        };
      }>(
        `{ account(${chainId()}, address: "${String(address)}") {
             positions { product shares value ${value} }
             portfolio { value ${value} parts { value ${value} } }
             portfolioHistory(interval: HOUR, from: "${timestamp - 7_200n}", to: "${timestamp + 1n}") { value ${value} }
           } }`,
      );
      const sum = (values: readonly { value: Value }[]) =>
        String(values.reduce((total, part) => total + BigInt(part.value.assets), 0n));
      expect(account.portfolio.value.assets).toBe(sum(account.positions));
      expect(account.portfolio.value.assets).toBe(sum(account.portfolio.parts));
      for (const { product, shares, value: worth } of account.positions) {
        // Money comes on top there.
        if (product === "lottery" || product === "circle") continue;
        const args = [BigInt(shares)] as const;
        const read = { ...vault(), functionName: "convertToAssets", args, blockNumber } as const;
        expect(worth.assets).toBe(String(await worldOf().chain.readContract(read)));
      }
      const balance = { functionName: "balanceOf", args: [address as Address] } as const;
      expect(vaultShares).toBe(
        String(await worldOf().chain.readContract({ ...vault(), ...balance })),
      );
      // Parts are rounded down each by itself, that of the tickets to a whole share before.
      const latest = BigInt(account.portfolioHistory.at(-1)?.value.assets ?? "");
      const difference = latest - BigInt(account.portfolio.value.assets);
      expect(difference >= 0n && difference <= share + 10n).toBe(true);
    }
  });

  it.each(["HOUR", "DAY"])(
    "has every %s of its history, and in them all that ever happened",
    async (interval) => {
      interface Point {
        start: string;
        deposits: string;
        withdrawals: string;
        fees: string;
        newUsers: number;
        tvl: Value;
        yieldThen: { apr: number; windowSeconds: number } | null;
      }
      const { timestamp: begun } = await worldOf().chain.getBlock({ blockNumber: 1n });
      const { timestamp: now } = await head();
      const seconds = interval === "HOUR" ? 3_600n : 86_400n;
      const atOnce = 1_000n * seconds;
      const points: Point[] = [];
      for (let from = begun - (begun % seconds); from <= now; from += atOnce) {
        const span = `interval: ${interval}, from: "${from}", to: "${from + atOnce}"`;
        const next = await query<{ points: Point[] }>(
          `{ points: protocolHistory(${chainId()}, ${span}) { start deposits withdrawals fees newUsers tvl ${value} yieldThen { apr windowSeconds } } }`,
        );
        points.push(...next.points);
      }
      const { protocol } = await query<{
        protocol: {
          deposits: string;
          withdrawals: string;
          fees: string;
          users: number;
          tvl: Value;
        };
      }>(`{ protocol(${chainId()}) { deposits withdrawals fees users tvl ${value} } }`);
      const starts = points.map(({ start }) => BigInt(start));
      expect(
        starts.every(
          (start, index) => index === 0 || start - (starts[index - 1] ?? 0n) === seconds,
        ),
      ).toBe(true);
      const sum = (name: "deposits" | "withdrawals" | "fees") =>
        String(points.reduce((total, point) => total + BigInt(point[name]), 0n));
      expect([sum("deposits"), sum("withdrawals"), sum("fees")]).toEqual([
        protocol.deposits,
        protocol.withdrawals,
        protocol.fees,
      ]);
      expect(points.reduce((total, { newUsers }) => total + newUsers, 0)).toBe(protocol.users);
      expect(points.at(-1)?.tvl).toEqual(protocol.tvl);
      // it has lost in the end
      expect(points.at(-1)?.yieldThen?.apr).toBeLessThan(0);
    },
  );

  it("gives a pool's history, also for the time in which nothing happened", async () => {
    const { timestamp } = await head();
    const { points, savingsPool } = await query<{
      points: { deposits: string; tvl: Value }[];
      savingsPool: { totalDeposited: string; tvl: Value };
    }>(
      `{ points: poolHistory(${chainId()}, contract: "${at("SavingsPool")}", from: "${timestamp - 999n * 86_400n}", to: "${timestamp + 1n}") { deposits tvl ${value} }
         savingsPool(${key("SavingsPool")}) { totalDeposited tvl ${value} } }`,
    );
    expect(points).toHaveLength(1_000);
    const deposited = points.reduce((total, { deposits }) => total + BigInt(deposits), 0n);
    expect(String(deposited)).toBe(savingsPool.totalDeposited);
    expect(points.at(-1)?.tvl).toEqual(savingsPool.tvl);
  });

  it("refuses more points than it gives at once", async () => {
    const text = `{ protocolHistory(${chainId()}, interval: HOUR, from: "0", to: "9999999999") { start } }`;
    await expect(query(text)).rejects.toThrow("more than 1000 points");
  });

  it("ranks accounts", async () => {
    const accounts = await rowsOf(worldOf(), "account");
    const { number: blockNumber } = await head();
    for (const [by, column] of [
      ["DEPOSITORS", "principal"],
      ["WINNERS", "prizesWon"],
      ["REFERRERS", "referralEarned"],
    ] as const) {
      const { leaderboard } = await query<{ leaderboard: { rank: number; assets: string }[] }>(
        `{ leaderboard(${chainId()}, by: ${by}) { rank assets account { address } } }`,
      );
      const amounts = accounts
        .map((row) => BigInt(String(row[column])))
        .filter((amount) => amount > 0n)
        .toSorted((a, b) => (a < b ? 1 : -1))
        .slice(0, 10);
      // Referrers earn vault shares.
      const worth = (shares: bigint) =>
        worldOf().chain.readContract({
          ...vault(),
          functionName: "convertToAssets",
          args: [shares],
          blockNumber,
        });
      const assets = by === "REFERRERS" ? await Promise.all(amounts.map(worth)) : amounts;
      expect(leaderboard.map((rank) => BigInt(rank.assets))).toEqual(assets);
      expect(leaderboard.map(({ rank }) => rank)).toEqual(leaderboard.map((_, index) => index + 1));
    }
  });

  it("finds activity by product, type, account, time, and text", async () => {
    const events = (await rowsOf(worldOf(), "event")).toSorted((a, b) =>
      String(a["id"]) < String(b["id"]) ? 1 : -1,
    );
    const sample = events.find(({ type }) => type === "DepositMade");
    const account = String(sample?.["account"]);
    const hash = String(sample?.["transactionHash"]);
    const middle = String(events[Math.floor(events.length / 2)]?.["blockTimestamp"]);
    const cases: [string, (row: Record<string, unknown>) => boolean][] = [
      [`products: ["savings"]`, ({ product }) => product === "savings"],
      [
        `types: ["DepositMade", "YieldClaimed"]`,
        ({ type }) => type === "DepositMade" || type === "YieldClaimed",
      ],
      [`account: "${account}"`, (row) => row["account"] === account || row["actor"] === account],
      [
        `products: ["vault"], from: "${middle}"`,
        (row) => row["product"] === "vault" && Number(row["blockTimestamp"]) >= Number(middle),
      ],
      [`to: "${middle}"`, (row) => Number(row["blockTimestamp"]) < Number(middle)],
      [`search: "${hash.slice(0, 11)}"`, ({ transactionHash }) => transactionHash === hash],
      [`search: "Round"`, ({ type }) => String(type).includes("Round")],
    ];
    for (const [filter, matches] of cases) {
      const { activity } = await query<{ activity: { items: { id: string }[] } }>(
        `{ activity(${chainId()}, ${filter}, limit: 1000) { items { id } } }`,
      );
      const expected = events.filter(matches).slice(0, 1_000);
      expect(expected, filter).not.toEqual([]);
      expect(
        activity.items.map(({ id }) => id),
        filter,
      ).toEqual(expected.map(({ id }) => id));
    }
  });

  it("says how far it is", async () => {
    interface Block {
      number: string;
      timestamp: string;
      hash: string | null;
    }
    const { _meta } = await query<{
      _meta: {
        chains: {
          chainId: number;
          head: Block;
          finalized: Block;
          lastEvent: Block;
          lagSeconds: number;
        }[];
      };
    }>(
      "{ _meta { chains { chainId name lagSeconds head { number timestamp hash } finalized { number } lastEvent { number timestamp hash } } } }",
    );
    const block = await head();
    const [chain] = _meta.chains;
    expect(chain?.chainId).toBe(worldOf().deployment.chainId);
    expect(chain?.head).toMatchObject({
      number: String(block.number),
      timestamp: String(block.timestamp),
    });
    const last = await worldOf().chain.getBlock({
      blockNumber: BigInt(chain?.lastEvent.number ?? ""),
    });
    expect(chain?.lastEvent).toMatchObject({ hash: last.hash, timestamp: String(last.timestamp) });
    expect(Number(chain?.finalized.number)).toBeLessThanOrEqual(Number(chain?.head.number));
  });

  it("projects what the yield would make of an amount", async () => {
    const { vault: row } = await query<{
      vault: {
        projection: { assets: string | null; from: { apr: number } };
        none: { yield: string };
      };
    }>(
      `{ vault(${key("KhipuVault")}) { projection(assets: "1000000000000000", days: 365) { assets from { apr } } none: projection(assets: "5", days: 0) { yield } } }`,
    );
    const { assets, from } = row.projection;
    // What people did at random decides on the yield; over a year it can be more than a number holds.
    const gain = assets === null ? Infinity : Number(assets) - 1e15;
    expect(Math.sign(gain)).toBe(Math.sign(from.apr));
    expect(row.none.yield).toBe("0");
  });
}
