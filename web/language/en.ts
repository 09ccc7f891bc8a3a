/** English is the source: its shape is the type every other catalogue has to satisfy. */
export const en = {
  name: "English",

  shell: {
    skip: "Skip to content",
    language: "Language",
    toDark: "Use dark colours",
    toLight: "Use light colours",
    testNetwork: "Test network. The money here is play money.",
    footer: "Nobody but you can move your savings. No company, no password, no permission needed.",
    openSource: "MIT-licensed contracts, indexer and app.",
  },

  hero: {
    headline: "Savings you keep yourself.",
    lead: "Put dollars aside, watch the yield grow, take everything back whenever you like. The rules live in contracts that nobody can change.",
    total: "Saved by everybody",
    khipu: (count: number) =>
      count === 0
        ? "A khipu whose cords are waiting for their first knots."
        : `A khipu of the latest ${count} movements: each cord is one, with its sum in knots.`,
    caption: "Each cord is a movement; its knots write the amount, as on the khipus of the Andes.",
  },

  wallet: {
    connect: "Connect wallet",
    connecting: "Connecting…",
    title: "Connect a wallet",
    intro: "Your wallet is your account. KhipuVault never sees your keys.",
    openWallet: (name: string) => `Confirm in ${name}`,
    noneTitle: "No wallet found in this browser",
    noneText:
      "A wallet is an extension or app that holds your keys and signs for you. Install one that you trust (for example Rabby, MetaMask or Frame), then come back: it appears here by itself.",
    close: "Close",
    account: (short: string) => `Account ${short}`,
    copy: "Copy address",
    copied: "Address copied",
    explorer: "Open in explorer",
    disconnect: "Disconnect",
    wrongNetworkTitle: "Your wallet is on another network",
    wrongNetworkText: (network: string) => `KhipuVault runs on “${network}” here.`,
    switchNetwork: (network: string) => `Switch to “${network}”`,
    switching: "Waiting for your wallet…",
  },

  savings: {
    title: "Your savings",
    connectTitle: "Start with any amount",
    connectText: "Connect a wallet to deposit, and to see what is yours.",
    points: [
      [
        "Yours at any time",
        "Withdraw in full whenever you like; no lock, no notice, nobody to ask.",
      ],
      ["One signature, one transaction", "No separate approval when your token supports permits."],
      [
        "Yield you can see",
        "It grows by the second and you claim it without touching your deposit.",
      ],
    ] as readonly (readonly [string, string])[],
    value: "Worth now",
    principal: "Deposited",
    yield: "Yield earned",
    deposit: "Deposit",
    withdraw: "Withdraw",
    claimAmount: (amount: string) => `Claim ${amount}`,
    amount: "Amount",
    max: "Max",
    useMax: (amount: string) => `Max, ${amount}`,
    inWallet: (amount: string) => `In your wallet: ${amount}`,
    withdrawable: (amount: string) => `Deposited: ${amount}`,
    depositAmount: (amount: string) => `Deposit ${amount}`,
    withdrawAmount: (amount: string) => `Withdraw ${amount}`,
    withdrawEverything: "Withdraw everything, yield included",
    stoppedTitle: "Deposits are stopped for now",
    stoppedText: "Withdrawing and claiming always work. Please come back later to deposit.",
    unreadTitle: "Your savings cannot be read right now",
    unreadText: "The network does not answer. Your money is safe where it is; we keep trying.",
    retry: "Try again",
  },

  amount: {
    empty: "Enter an amount.",
    zero: "Enter an amount above zero.",
    format: "Write the amount in digits, for example 250 or 12.50.",
    precise: (decimals: number) => `Use at most ${decimals} digits after the decimal point.`,
    overBalance: (available: string) => `You have ${available}. Enter that or less.`,
    overPrincipal: (available: string) => `You have deposited ${available}. Enter that or less.`,
    underMinimum: (minimum: string) => `The smallest deposit is ${minimum}.`,
    overLimit: (available: string) =>
      `The pool takes ${available} more at the moment. Enter that or less.`,
  },

  transaction: {
    kinds: {
      deposit: (amount: string) => `Deposit of ${amount}`,
      withdraw: (amount: string) => `Withdrawal of ${amount}`,
      withdrawAll: () => "Withdrawal of everything",
      claim: (amount: string) => `Claim of ${amount}`,
      drip: (amount: string) => `${amount} from the faucet`,
    },
    states: {
      idle: "Ready.",
      simulating: "Trying it out before anything is sent…",
      signing: "Sign the permit in your wallet. It costs nothing.",
      approving: "Your wallet asks for an approval first. Confirm it.",
      sending: "Confirm the transaction in your wallet.",
      sent: "Sent. Waiting for a block…",
      confirmed: "Confirmed on the chain. The live index is catching up…",
      indexed: "Done. Confirmed on the chain and in the live index.",
      done: "Done. Confirmed on the chain.",
      rejected: "You declined in your wallet. Nothing was sent; try again when you like.",
      lost: "Sent, but the network stopped answering. It may still go through: check again before you send it once more.",
    },
    steps: {
      prepare: "Prepare",
      sign: "Sign",
      send: "Send",
      confirmed: "Confirmed",
      indexed: "Indexed",
    },
    progress: "Progress",
    check: "Check again",
    dismiss: "Dismiss",
    explorer: "See the transaction",
  },

  /** One sentence on what happened and what to do next, by the code of the problem. */
  problems: {
    rejected: () => "You declined in your wallet. Nothing was sent; try again when you like.",
    noGas: ({ symbol }: { symbol: string }) =>
      `Your wallet has too little ${symbol} for the network fee. Add some ${symbol} and try again.`,
    walletBusy: () =>
      "Your wallet already has a request open. Answer that one first, then try again.",
    walletGone: () => "Your wallet does not answer. Unlock it or reconnect it, then try again.",
    wrongNetwork: () => "Your wallet is on another network. Switch to the right one and try again.",
    network: () =>
      "The network does not answer. Nothing was sent; check your connection and try again in a moment.",
    cancelled: () =>
      "You replaced this transaction in your wallet, so it did not happen. Nothing was moved.",
    reverted: () =>
      "The contract refused this transaction, and nothing was moved. Reload the page and try again.",
    refused: ({ name }: { name: string }) =>
      `The contract refused this (${name}), and nothing was moved. Reload the page and try again.`,
    unknown: () =>
      "Something unexpected went wrong. Nothing was moved as far as we can tell; try again.",
    balanceTooLow: () =>
      "There is not enough in your wallet for this. Enter a smaller amount or get more first.",
    allowanceTooLow: () =>
      "The approval does not cover this amount. Try again and approve the full amount.",
    permitExpired: () => "The permit you signed has run out. Try again and sign a new one.",
    permitInvalid: () =>
      "The signature does not fit your account. Reconnect your wallet and sign again.",
    nothingToDo: () => "There is nothing to move here. Enter an amount above zero.",
    nothingSaved: () => "You have nothing saved here yet. Make a deposit first.",
    nothingToClaim: () =>
      "There is no yield to claim now. It may have become part of your savings: withdraw it there, or let them grow a little.",
    tooMuchPrincipal: () => "That is more than you have deposited. Enter a smaller amount.",
    worthLess: () =>
      "Since a loss your savings are worth less than that. Use “Withdraw everything” to take out all there is.",
    tooSmall: () => "That is less than the pool takes. Enter a larger amount.",
    poolFull: () =>
      "The pool cannot take this amount right now. Try a smaller one, or come back later.",
    priceMoved: () =>
      "The price moved while you were deciding, so nothing was sent. Try again with the new price.",
    illiquid: () =>
      "Part of the money is lent out at this moment, so it cannot all leave at once. Try a smaller amount, or try again soon.",
    gasLimitTooLow: () =>
      "The gas limit was too low for this. Try again and keep the limit that your wallet suggests.",
  },

  faucet: {
    title: (symbol: string) => `Get free ${symbol}`,
    text: (symbol: string) =>
      `This is a test network. ${symbol} here is play money to try everything with.`,
    drip: (amount: string) => `Get ${amount}`,
    gasTitle: "And for the network fee?",
    gasText: (symbol: string) => `Sending costs a little ${symbol}, also on test networks.`,
    gasElsewhere: "This network has a faucet of its own for it.",
    gasFill: (amount: string) => `Get ${amount}`,
    gasHave: (amount: string) => `Your wallet has ${amount}.`,
  },

  activity: {
    title: "Happening now",
    empty: "Nothing has happened yet. The first deposit will appear here within a second.",
    loading: "Reading the latest movements…",
    unavailable:
      "The live feed is not reachable. Your balances still come straight from the network; we keep trying.",
    types: {
      DepositMade: (who: string) => `${who} deposited`,
      WithdrawalMade: (who: string) => `${who} withdrew`,
      YieldClaimed: (who: string) => `${who} claimed yield`,
      AutoCompoundExecuted: (who: string) => `${who} compounded yield`,
    },
    youTypes: {
      DepositMade: "You deposited",
      WithdrawalMade: "You withdrew",
      YieldClaimed: "You claimed yield",
      AutoCompoundExecuted: "Your yield was compounded",
    },
    pending: "on the way",
  },

  lesson: {
    title: "Reading the khipu",
    text: "Each cord hangs for one movement. Read its knots from the top: a group for each digit, the ones last, a bare stretch for zero. So the keepers of the Andes wrote numbers for centuries.",
    example: (number: string) => `A cord with the number ${number} in knots.`,
    dyes: {
      DepositMade: "Deposit",
      WithdrawalMade: "Withdrawal",
      YieldClaimed: "Yield claimed",
      AutoCompoundExecuted: "Yield compounded",
    },
  },

  live: {
    connecting: "Connecting…",
    live: "Live",
    behind: (lag: string) => `${lag} behind`,
    reconnecting: "Reconnecting…",
    offline: "Live feed offline",
    explainLive: (lag: string) => `The index is ${lag} behind the chain.`,
    explainLiveUnknown: "Connected to the live index.",
    explainBehind:
      "The index is catching up; balances come straight from the chain and are not affected.",
    explainReconnecting:
      "The connection was lost and is being set up again. Nothing is missed: it goes on where it stopped.",
    explainOffline: "The live index is not reachable. Balances still come straight from the chain.",
  },

  config: {
    title: "This copy of KhipuVault is not set up yet",
    missing:
      "The file config.json is missing beside the app. Whoever runs this site needs to put it there.",
    malformed: "The file config.json is there, but something in it is wrong:",
    retry: "Try again",
  },

  time: { now: "just now" },
};

export type Messages = typeof en;
