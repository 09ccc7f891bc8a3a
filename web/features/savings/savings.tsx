import type { Address } from "viem";
import { readContract } from "viem/actions";
import { useConfig as useWagmi, useConnection } from "wagmi";
import { deployedAt } from "../../../protocol/deployment.ts";
import { poolAbi, vaultAbi } from "../../chain/abis.ts";
import { onchain } from "../../chain/onchain.tsx";
import { useReader } from "../../chain/reader.ts";
import { useUnit } from "../../chain/unit.ts";
import { useConfig } from "../../config/context.tsx";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { Notice } from "../../design/notice.tsx";
import { Tabs } from "../../design/tabs.tsx";
import { formatMoney, type Unit } from "../../language/amounts.ts";
import { useVoice } from "../../language/voice.tsx";
import { TransactionStatus } from "../transaction/transaction-status.tsx";
import { useTransact } from "../transaction/transact.ts";
import { ConnectButton } from "../wallet/connect-button.tsx";
import { NetworkNotice } from "../wallet/network-notice.tsx";
import {
  prepareClaim,
  prepareDeposit,
  prepareWithdraw,
  prepareWithdrawAll,
  withLess,
  withMore,
} from "./actions.ts";
import { AmountForm } from "./amount-form.tsx";
import { useBooks, useChainTime } from "./books.ts";
import { depositTools } from "./deposit-tools.ts";
import { grown, project } from "./projection.ts";
import { type Saver, useSaver } from "./saver.ts";
import styles from "./savings.module.css";
import { useTicking } from "./ticking.ts";

/** Your position, and everything you can do with it. */
function Savings() {
  const { t } = useVoice();
  const { address } = useConnection();
  return (
    <Card aria-labelledby="savings-title" className={styles.card ?? ""}>
      {address ? (
        <>
          <h2 id="savings-title" className={styles.title}>
            {t.savings.title}
          </h2>
          <NetworkNotice />
          <Position address={address} />
        </>
      ) : (
        <Invitation />
      )}
    </Card>
  );
}

function Invitation() {
  const { t } = useVoice();
  return (
    <div className={styles.invitation}>
      <div>
        <h2 id="savings-title" className={styles.title}>
          {t.savings.connectTitle}
        </h2>
        <p className={styles.soft}>{t.savings.connectText}</p>
      </div>
      <ConnectButton size="large" />
      <ul className={styles.points}>
        {t.savings.points.map(([title, text]) => (
          <li key={title}>
            <strong>{title}</strong>
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Position({ address }: { address: Address }) {
  const { t } = useVoice();
  const unit = useUnit();
  const { data, isError, failureCount, refetch } = useSaver(address);
  const { entries } = useTransact();
  const books = useBooks();
  const time = useChainTime();

  if (!data && failureCount > 0) {
    return (
      <Notice
        tone="warn"
        live
        title={t.savings.unreadTitle}
        actions={
          <Button look="soft" size="small" onClick={() => void refetch()}>
            {t.savings.retry}
          </Button>
        }
      >
        {t.savings.unreadText}
      </Notice>
    );
  }
  if (!data || !unit) return <PositionSkeleton />;
  const saver = grown(data, books, time);
  const projected = project(saver, entries);
  return (
    <>
      {isError && <Notice tone="warn">{t.savings.unreadText}</Notice>}
      <Figures saver={projected} unit={unit} pending={projected !== saver} />
      <Actions address={address} saver={saver} unit={unit} />
    </>
  );
}

function Figures({ saver, unit, pending }: { saver: Saver; unit: Unit; pending: boolean }) {
  const { t, locale } = useVoice();
  const earned = useTicking(saver.yield);
  const worth = saver.value - saver.yield + earned;
  const digits = saver.yield > 0n ? Math.min(unit.decimals, 6) : 2;
  const fine = (amount: bigint) =>
    formatMoney(amount, unit, locale, { least: digits, most: digits });
  return (
    <dl className={styles.figures} data-pending={pending}>
      <div className={styles.worth}>
        <dt>{t.savings.value}</dt>
        <dd className="figures" data-testid="position-value">
          <Parts text={fine(worth)} />
        </dd>
      </div>
      <div>
        <dt>{t.savings.principal}</dt>
        <dd className="figures" data-testid="position-principal">
          {formatMoney(saver.principal, unit, locale)}
        </dd>
      </div>
      <div className={styles.yield}>
        <dt>{t.savings.yield}</dt>
        <dd className="figures" data-testid="position-yield">
          {fine(earned)}
        </dd>
      </div>
    </dl>
  );
}

/** The same text, with what is smaller than a cent, and the unit, stepping back. */
function Parts({ text }: { text: string }) {
  const [, main = text, cents = "", unit = ""] = /^(.*[.,]\d\d)(\d*)(\s.*)$/u.exec(text) ?? [];
  return (
    <>
      {main}
      <span className={styles.minor}>{cents}</span>
      <span className={styles.unit}>{unit}</span>
    </>
  );
}

function PositionSkeleton() {
  return (
    <div className={styles.skeleton} aria-busy="true">
      <span />
      <span />
      <span />
    </div>
  );
}

function Actions({ address, saver, unit }: { address: Address; saver: Saver; unit: Unit }) {
  const { t, locale } = useVoice();
  const { deployment } = useConfig();
  const wagmi = useWagmi();
  const reader = useReader();
  const { start, find, busy, entries } = useTransact();
  const { chainId } = useConnection();
  const wrongNetwork = chainId !== deployment.chainId;
  const blocked = busy || wrongNetwork;

  const asset = deployedAt(deployment, "Asset").address;
  const vault = deployedAt(deployment, "KhipuVault").address;
  const pool = deployedAt(deployment, "SavingsPool").address;
  const money = (amount: bigint) => formatMoney(amount, unit, locale, { most: unit.decimals });
  const mostIn = saver.balance < saver.maxDeposit ? saver.balance : saver.maxDeposit;
  const principalBefore = saver.principal;
  const stopped = saver.maxDeposit === 0n || saver.maxDeposit < saver.minimumDeposit;

  const deposit = (assets: bigint) => {
    const tools = depositTools(wagmi, reader, { asset, vault, spender: pool, owner: address });
    void start(
      { kind: "deposit", amount: assets, principalBefore },
      prepareDeposit({ asset, pool, saver: address, assets }, tools),
    );
  };
  const mostShares = async (assets: bigint) =>
    withMore(
      await readContract(reader, {
        address: vault,
        abi: vaultAbi,
        functionName: "previewWithdraw",
        args: [assets],
      }),
    );
  const withdraw = (assets: bigint) => {
    void start(
      { kind: "withdraw", amount: assets, principalBefore },
      prepareWithdraw(pool, address, assets, mostShares),
    );
  };
  const withdrawEverything = () => {
    void start(
      { kind: "withdrawAll", amount: saver.value, principalBefore },
      prepareWithdrawAll(pool, address, withLess(saver.value)),
    );
  };
  const yieldNow = async () => {
    const [, , , earned] = await readContract(reader, {
      address: pool,
      abi: poolAbi,
      functionName: "positionOf",
      args: [address],
    });
    return earned;
  };
  const claim = () => {
    void start(
      { kind: "claim", amount: saver.yield, principalBefore },
      prepareClaim(pool, address, yieldNow),
    );
  };

  const refuseDeposit = (amount: bigint) => {
    if (amount > saver.balance) return t.amount.overBalance(money(saver.balance));
    if (amount > saver.maxDeposit) return t.amount.overLimit(money(saver.maxDeposit));
    if (amount < saver.minimumDeposit) return t.amount.underMinimum(money(saver.minimumDeposit));
    return undefined;
  };

  const depositing = (
    <>
      {stopped && (
        <Notice tone="warn" title={t.savings.stoppedTitle}>
          {t.savings.stoppedText}
        </Notice>
      )}
      <AmountForm
        unit={unit}
        max={mostIn}
        available={t.savings.inWallet(formatMoney(saver.balance, unit, locale))}
        refuse={refuseDeposit}
        verb={t.savings.deposit}
        action={t.savings.depositAmount}
        busy={busy}
        disabled={wrongNetwork || stopped}
        onSubmit={deposit}
      />
    </>
  );
  const withdrawing = (
    <AmountForm
      unit={unit}
      max={saver.principal}
      available={t.savings.withdrawable(formatMoney(saver.principal, unit, locale))}
      refuse={(amount) =>
        amount > saver.principal ? t.amount.overPrincipal(money(saver.principal)) : undefined
      }
      verb={t.savings.withdraw}
      action={t.savings.withdrawAmount}
      busy={busy}
      disabled={wrongNetwork}
      onSubmit={withdraw}
    >
      <Button look="plain" disabled={blocked || saver.value === 0n} onClick={withdrawEverything}>
        {t.savings.withdrawEverything}
      </Button>
    </AmountForm>
  );

  const shown = entries.filter(({ intent }) => intent.kind !== "drip");

  return (
    <>
      <Tabs
        label={t.savings.title}
        tabs={[
          { name: "deposit", title: t.savings.deposit, content: depositing },
          { name: "withdraw", title: t.savings.withdraw, content: withdrawing },
        ]}
      />
      {saver.yield > 0n && (
        <div className={styles.claim}>
          <Button look="soft" disabled={blocked} onClick={claim}>
            {t.savings.claimAmount(formatMoney(saver.yield, unit, locale))}
          </Button>
        </div>
      )}
      {shown.map((entry) => (
        <TransactionStatus key={entry.id} entry={entry} onFind={() => void find(entry.id)} />
      ))}
    </>
  );
}

export default onchain(Savings);
