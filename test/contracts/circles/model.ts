/**
 * The rules of circles as docs/circles.md has them, for circles without the vault whose members are called up in the
 * order of joining, or by what they bid. It keeps what each member still owes for each round, and knows nothing of the
 * contract.
 */

const min = (a: bigint, b: bigint) => (a < b ? a : b);
const BPS = 10_000n;

export interface Rules {
  members: number;
  contribution: bigint;
  collateral: bigint;
  penaltyBps: bigint;
}

export interface Person {
  /** For each round, what is not paid yet. */
  owes: bigint[];
  /** Credited, and not taken out. */
  credit: bigint;
  /** Collateral. */
  security: bigint;
  /** Collateral that paid for this one. */
  helped: bigint;
  inDefault: boolean;
  served: boolean;
  takenOut: bigint;
}

export class CircleModel {
  readonly people: Person[];
  /** Who took the pot of each settled round. */
  readonly served: number[] = [];
  readonly #rules: Rules;
  #penalties = 0n;
  #bids: { who: number; discount: bigint }[] = [];

  constructor(rules: Rules) {
    this.#rules = rules;
    this.people = Array.from({ length: rules.members }, () => ({
      owes: Array.from({ length: rules.members }, () => rules.contribution),
      credit: 0n,
      security: rules.collateral,
      helped: 0n,
      inDefault: false,
      served: false,
      takenOut: 0n,
    }));
  }

  get round(): number {
    return this.served.length;
  }

  get over(): boolean {
    return this.round === this.#rules.members;
  }

  /** Pays everything that is due: first to those who were left short, then for the running round. */
  pay(who: number, late: boolean): void {
    const arrears = this.#owed(who, this.round);
    this.#give(who, arrears, arrears + roundedUp(arrears, this.#rules.penaltyBps));
    if (!this.over) {
      const person = this.#person(who);
      const due = person.owes[this.round] ?? 0n;
      person.owes[this.round] = 0n;
      if (late) this.#penalties += roundedUp(due, this.#rules.penaltyBps);
    }
    this.#forgive(who);
  }

  /** Offers the others a discount, if this one may, and reveals it in time, for which the deposit is credited. */
  bid(who: number, discount: bigint, deposit: bigint): void {
    const person = this.#person(who);
    if (person.served || person.inDefault) return;
    this.#bids.push({ who, discount });
    person.credit += deposit;
  }

  /** The round is over. */
  settle(): void {
    const { round } = this;
    const best = this.#bestBid();
    this.#bids = [];
    const winner = best?.who ?? this.#next();
    // Those who have had their pots first, then the others in the order of joining.
    const others = [...this.served, ...this.people.keys()].filter(
      (who, index, all) => all.indexOf(who) === index && who !== winner,
    );
    let money = this.#penalties;
    this.#penalties = 0n;
    for (const who of others) {
      const person = this.#person(who);
      money += this.#rules.contribution - (person.owes[round] ?? 0n);
      // Who owes for earlier rounds pays out of what they have only when it is collected.
      if (this.#owed(who, round) > 0n) continue;
      const fromCredit = min(person.credit, this.#owed(who, round + 1));
      person.credit -= fromCredit;
      money += this.#give(who, fromCredit, fromCredit);
      const missing = this.#owed(who, round + 1);
      if (missing === 0n) continue;
      person.inDefault = true;
      money += this.#help(who, missing);
    }
    const person = this.#person(winner);
    const own = this.#rules.contribution - (person.owes[round] ?? 0n);
    const arrears = min(this.#owed(winner, round), money);
    money -= arrears;
    this.#give(winner, arrears, arrears);
    // Nobody owes anything to themselves.
    person.owes[round] = 0n;
    money += own;
    const size = BigInt(others.length);
    const each = min(best?.discount ?? 0n, money) / size;
    for (const other of others) this.#person(other).credit += each;
    person.credit += money - each * size;
    person.served = true;
    this.#forgive(winner);
    this.served.push(winner);
  }

  /** Takes out what is not needed any more; what is owed to others goes first, and nobody is paid while they owe. */
  claim(who: number): void {
    const person = this.#person(who);
    const arrears = this.#owed(who, this.round);
    const fromCredit = min(person.credit, arrears);
    person.credit -= fromCredit;
    this.#give(who, fromCredit, fromCredit);
    this.#help(who, arrears - fromCredit);
    this.#forgive(who);
    if (this.#owed(who, this.round) > 0n) return;
    const ahead = this.#owed(who, this.#rules.members);
    const needed = this.over
      ? 0n
      : min(this.#rules.collateral, ahead + roundedUp(ahead, this.#rules.penaltyBps));
    const free = person.security > needed ? person.security - needed : 0n;
    person.takenOut += person.credit + free;
    person.credit = 0n;
    person.security -= free;
  }

  /** The first who has not been served and is not in default; if all are, the first. */
  #next(): number {
    const waiting = [...this.people.keys()].filter((who) => !this.#person(who).served);
    const next = waiting.find((who) => !this.#person(who).inDefault) ?? waiting[0];
    if (next === undefined) throw new Error("all have been served");
    return next;
  }

  /** The largest discount, of equal ones that of whoever joined first. */
  #bestBid(): { who: number; discount: bigint } | undefined {
    return this.#bids.toSorted((a, b) => Number(b.discount - a.discount) || a.who - b.who)[0];
  }

  /**
   * A member's security pays what they owe, and the penalty out of what is above all that they could still owe to others.
   * Says how much is for the running round.
   */
  #help(who: number, missing: bigint): bigint {
    const person = this.#person(who);
    const covered = min(missing, person.security);
    if (covered === 0n) return 0n;
    const own = person.served ? 0n : this.#rules.contribution;
    const toOthers = this.#owed(who, this.#rules.members) - own;
    const above = person.security > toOthers ? person.security - toOthers : 0n;
    const penalty = min((covered * this.#rules.penaltyBps) / BPS, above);
    person.security -= covered + penalty;
    person.helped += covered;
    return this.#give(who, covered, covered + penalty);
  }

  /** Pays so much of what a member owes, earliest round first; each round's part of `money` goes to who took its pot. */
  #give(who: number, assets: bigint, money: bigint): bigint {
    const { owes } = this.#person(who);
    let forRunning = 0n;
    for (let round = 0; assets > 0n; round++) {
      const part = min(assets, owes[round] ?? 0n);
      const worth = (money * part) / assets;
      owes[round] = (owes[round] ?? 0n) - part;
      assets -= part;
      money -= worth;
      const recipient = this.served[round];
      if (recipient === undefined) forRunning += worth;
      else this.#person(recipient).credit += worth;
    }
    return forRunning;
  }

  #forgive(who: number): void {
    const person = this.#person(who);
    if (this.#owed(who, this.round) === 0n && person.helped === 0n) person.inDefault = false;
  }

  /** What a member owes for the first so many rounds. */
  #owed(who: number, rounds: number): bigint {
    return this.#person(who)
      .owes.slice(0, rounds)
      .reduce((sum, assets) => sum + assets, 0n);
  }

  #person(who: number): Person {
    const person = this.people[who];
    if (!person) throw new Error(`there is no member ${who}`);
    return person;
  }
}

const roundedUp = (assets: bigint, bps: bigint) => (assets * bps + BPS - 1n) / BPS;
