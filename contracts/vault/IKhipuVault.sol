// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SharePrice} from "./SharePrice.sol";

/// @title IKhipuVault
/// @notice An ERC-4626 vault over any number of ERC-4626 strategies. Roles choose where the money works and how much
/// of it; no role, stop or failing strategy can close an exit.
///
/// Money comes in as idle money; {rebalance}, which anybody may call, puts it to work. Yield counts only once
/// {report}, which anybody may call too, has booked it, and is then released evenly over at least {unlockPeriod}. A
/// loss counts from the moment it can be seen: first against gains that are not booked yet, then against yield that is
/// still locked, then against the share price. A strategy that cannot be read counts as nothing until it can.
interface IKhipuVault is IERC4626 {
    /// @notice How much of the vault one strategy may hold; both limits apply.
    /// @param absolute In assets.
    /// @param relativeBps In hundredths of a percent of all the vault's assets.
    struct Caps {
        uint128 absolute;
        uint16 relativeBps;
    }

    /// @notice What a strategy may do before somebody has to look.
    /// @param yearlyGainBps How much it may gain in a year by what it says alone, in basis points of what is in it. As
    /// much as is in it can be gained at once.
    /// @param market Strategies with the same number, if it is not 0, share one market's liquidity.
    /// @param readGas Gas that reading it may use.
    /// @param moveGas Gas that moving money into or out of it may use.
    struct Limits {
        uint32 yearlyGainBps;
        uint8 market;
        uint32 readGas;
        uint32 moveGas;
    }

    /// @notice What the vault has in one strategy.
    /// @param shares Shares of the strategy, counted when they came; those that are gone are found out when it is read.
    /// @param assets What they were worth when last booked.
    struct Holding {
        uint128 shares;
        uint128 assets;
    }

    // ------------------------------------------------------------------------------------------------------ events

    /// @notice The vault was made.
    /// @param asset What is saved.
    /// @param virtualShares The virtual part of the share price: so many shares for the smallest unit of the asset.
    /// @param unlockPeriod Over how many seconds profit is released at least.
    event VaultCreated(address indexed asset, uint256 virtualShares, uint256 unlockPeriod);

    /// @notice The vault's books after a change. With them the share price is known for every second that follows:
    /// `(grossAssets - locked + 1) / (totalSupply + virtualShares)`, where `locked` falls evenly from `lockedProfit` at
    /// `unlockStart` to nothing at `unlockEnd`.
    /// @param grossAssets All assets, the still locked profit included, a strategy that cannot be read as it was last
    /// booked.
    /// @param totalSupply All shares.
    /// @param lockedProfit Profit that was locked at `unlockStart`.
    /// @param unlockStart From when it is released.
    /// @param unlockEnd When all of it is released.
    event AccountsUpdated(
        uint256 grossAssets,
        uint256 totalSupply,
        uint256 lockedProfit,
        uint256 unlockStart,
        uint256 unlockEnd
    );

    /// @notice A strategy's gain or loss was booked.
    /// @param strategy The strategy.
    /// @param profit What it gained since it was last booked.
    /// @param loss What it lost since it was last booked.
    /// @param assetsAfter What the vault has in it now.
    event StrategyBooked(address indexed strategy, uint256 profit, uint256 loss, uint256 assetsAfter);

    /// @notice Gains and losses were booked, the fee taken and the rest of the profit locked.
    /// @param caller Whose call booked them.
    /// @param profit All gains.
    /// @param loss All losses. Profit pays no fee until it has made good for them.
    /// @param feeAssets The part of the profit that goes to the fee recipient.
    /// @param feeShares The shares minted for it: worth that much once all profit is released.
    event Reported(
        address indexed caller,
        uint256 profit,
        uint256 loss,
        uint256 feeAssets,
        uint256 feeShares
    );

    /// @notice Idle money went to work.
    /// @param strategy Where to.
    /// @param assets How much.
    /// @param assetsAfter What the vault has in the strategy now.
    /// @param idleAfter What is idle now.
    event StrategySupplied(address indexed strategy, uint256 assets, uint256 assetsAfter, uint256 idleAfter);

    /// @notice Money came back from a strategy.
    /// @param strategy Where from.
    /// @param assets How much.
    /// @param assetsAfter What the vault has in the strategy now.
    /// @param idleAfter What is idle now.
    event StrategyDrawn(address indexed strategy, uint256 assets, uint256 assetsAfter, uint256 idleAfter);

    /// @notice Shares of a strategy were handed to somebody who redeems in kind.
    /// @param strategy The strategy.
    /// @param shares How many of its shares.
    /// @param assets What they were booked at.
    /// @param assetsAfter What the vault has in the strategy now.
    event StrategyHandedOver(address indexed strategy, uint256 shares, uint256 assets, uint256 assetsAfter);

    /// @notice A strategy failed to take or to give back money and was left out.
    /// @param strategy The strategy.
    /// @param assets What it was asked to take or to give.
    event StrategyLeftOut(address indexed strategy, uint256 assets);

    /// @notice Shares were redeemed for a part of everything that the vault holds.
    /// @param caller Who called.
    /// @param receiver Who got the assets and the strategy shares.
    /// @param owner Whose shares were burned.
    /// @param idleAssets How much of the asset was paid.
    /// @param value What all of it was worth.
    /// @param shares How many shares were burned.
    event RedeemedInKind(
        address indexed caller,
        address indexed receiver,
        address indexed owner,
        uint256 idleAssets,
        uint256 value,
        uint256 shares
    );

    /// @notice A strategy may hold money from now on.
    event StrategyAdded(address indexed strategy, uint256 absoluteCap, uint256 relativeCapBps);

    /// @notice A strategy's caps were raised or lowered.
    event CapsSet(address indexed strategy, uint256 absoluteCap, uint256 relativeCapBps);

    /// @notice A strategy holds nothing any more and left the vault.
    event StrategyRemoved(address indexed strategy);

    /// @notice The curator has booked a strategy below what it was booked at before.
    /// @param strategy The strategy.
    /// @param loss By how much.
    event StrategyWrittenOff(address indexed strategy, uint256 loss);

    /// @notice A strategy was written down, or has lost more than the vault has left, so that deposits are closed; or
    /// it is not so any more.
    event StrategyImpaired(address indexed strategy, bool impaired);

    /// @notice A strategy has lost some of its value and gets no more money until {acceptValue}.
    event SupplyHalted(address indexed strategy);

    /// @notice The curator vouches for what a strategy says it is worth.
    /// @param strategy The strategy.
    /// @param assets What it is booked at now.
    event ValueAccepted(address indexed strategy, uint256 assets);

    /// @notice How much a strategy may gain in a year by what it says alone was set, in basis points.
    event GainLimitSet(address indexed strategy, uint256 yearlyGainBps);

    /// @notice The gas that a strategy may use was set.
    event GasLimitsSet(address indexed strategy, uint256 readGas, uint256 moveGas);

    /// @notice Which market's liquidity a strategy shares was set; 0 means its own.
    event MarketSet(address indexed strategy, uint256 market);

    /// @notice Somebody gave the savers money. It is profit like any other.
    event ProfitDonated(address indexed donor, uint256 assets);

    /// @notice Who left gave up so much locked profit that too little was left to be locked for; it went to the fee
    /// recipient.
    /// @param assets How much.
    /// @param feeShares The shares minted for it.
    event ProfitForfeited(uint256 assets, uint256 feeShares);

    /// @notice A token that the vault holds and does not count was sent on, to be turned into profit for savers.
    event RewardSent(address indexed token, address indexed receiver, uint256 amount);

    /// @notice The order in which strategies are filled was set.
    event SupplyOrderSet(IERC4626[] strategies);

    /// @notice The order in which strategies are emptied was set.
    event WithdrawalOrderSet(IERC4626[] strategies);

    /// @notice The share of the assets that {rebalance} leaves idle was set.
    event IdleBufferSet(uint256 bufferBps);

    /// @notice The part of new profit that is taken as a fee was set.
    event FeeSet(uint256 feeBps);

    /// @notice Who gets the fee was set.
    event FeeRecipientSet(address indexed recipient);

    /// @notice Deposits were stopped. Withdrawals cannot be.
    event DepositsStopped(address indexed by);

    /// @notice Deposits were allowed again.
    event DepositsResumed(address indexed by);

    // ------------------------------------------------------------------------------------------------------ errors

    /// @notice The amount must not be zero, nor stand for nothing.
    error ZeroAmount();

    /// @notice The deposit is too small for a single share.
    error ZeroShares(uint256 assets);

    /// @notice An address that must be given was zero.
    error ZeroAddress();

    /// @notice The share price moved: fewer shares than the caller accepts.
    error TooFewShares(uint256 shares, uint256 minShares);

    /// @notice The share price moved: more shares than the caller accepts.
    error TooManyShares(uint256 shares, uint256 maxShares);

    /// @notice The share price moved: fewer assets than the caller accepts.
    error TooFewAssets(uint256 assets, uint256 minAssets);

    /// @notice The share price moved: more assets than the caller accepts.
    error TooManyAssets(uint256 assets, uint256 maxAssets);

    /// @notice The asset took a fee on its transfer; such assets cannot be saved here.
    error AssetTookFee(uint256 sent, uint256 received);

    /// @notice The strategies cannot give back enough now: withdraw less, or leave with {redeemInKind}.
    error InsufficientLiquidity(uint256 assets, uint256 available);

    /// @notice The call came with too little gas to tell a failing strategy from a starved one: send more.
    error NotEnoughGas();

    /// @notice The function is for the vault itself.
    error OnlySelf(address caller);

    /// @notice The strategy took or gave something else than it was asked for.
    error StrategyMisbehaved(address strategy);

    /// @notice The strategy saves another asset.
    error WrongAsset(address strategy, address strategyAsset);

    /// @notice The strategy is already in the vault.
    error StrategyKnown(address strategy);

    /// @notice The strategy is not in the vault.
    error StrategyUnknown(address strategy);

    /// @notice The vault has as many strategies as it can value within one transaction.
    error TooManyStrategies(uint256 max);

    /// @notice The strategy is booked at no more than that already.
    error NothingToWriteDown(address strategy, uint256 assets);

    /// @notice The strategy takes no deposits, or does not say so: the vault would never supply it.
    error StrategyTakesNothing(address strategy);

    /// @notice The strategy's shares could not be sent: leave it out, which gives up that part.
    error HandOverFailed(address strategy);

    /// @notice The new gain limit is not on the side of the old one that this function is for.
    error GainLimitOutOfRange(uint256 yearlyGainBps);

    /// @notice Less than 100,000 gas for reading or 200,000 for moving, too much, or too little to read the strategy.
    error GasLimitsOutOfRange(uint256 readGas, uint256 moveGas);

    /// @notice All strategies together may use no more gas in an exit: lower the limits of others first.
    error GasBudgetExceeded(uint256 gas, uint256 budget);

    /// @notice The order must name each strategy of the vault once.
    error NotAPermutation();

    /// @notice The new caps are not on the side of the old ones that this function is for.
    error CapsOutOfRange(uint256 absoluteCap, uint256 relativeCapBps);

    /// @notice The new fee is not on the side of the old one that this function is for, or above the limit in code.
    error FeeOutOfRange(uint256 feeBps);

    /// @notice The buffer is more than all assets.
    error BufferOutOfRange(uint256 bufferBps);

    /// @notice The unlock period is outside the limits in code.
    error UnlockPeriodOutOfRange(uint256 unlockPeriod);

    // --------------------------------------------------------------------------------------------- savers' actions

    /// @notice Deposits, unless the share price has moved too far.
    /// @param assets What to deposit.
    /// @param receiver Who gets the shares.
    /// @param minShares The least number of shares to accept.
    /// @return shares Shares minted, rounded down.
    function deposit(uint256 assets, address receiver, uint256 minShares) external returns (uint256 shares);

    /// @notice Deposits with an EIP-2612 permit of the asset. A permit that somebody else has already used is no
    /// hindrance, as long as the allowance is there.
    /// @param assets What to deposit.
    /// @param receiver Who gets the shares.
    /// @param minShares The least number of shares to accept.
    /// @param deadline Until when the permit holds.
    /// @param v Signature.
    /// @param r Signature.
    /// @param s Signature.
    /// @return shares Shares minted, rounded down.
    function depositWithPermit(
        uint256 assets,
        address receiver,
        uint256 minShares,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 shares);

    /// @notice Uses a permit of an asset that takes any signature, so that a wallet that is a contract can sign. For
    /// `multicall`: first the permit, then what it is for.
    /// @param assets How much the vault may take from the caller.
    /// @param deadline Until when the permit holds.
    /// @param signature The caller's, ERC-1271 included.
    function usePermit(uint256 assets, uint256 deadline, bytes calldata signature) external;

    /// @notice Mints, unless the share price has moved too far.
    /// @param shares What to mint.
    /// @param receiver Who gets the shares.
    /// @param maxAssets The most assets to pay.
    /// @return assets Assets paid, rounded up.
    function mint(uint256 shares, address receiver, uint256 maxAssets) external returns (uint256 assets);

    /// @notice Withdraws, unless the share price has moved too far.
    /// @param assets What to withdraw.
    /// @param receiver Who gets the assets.
    /// @param owner Whose shares are burned.
    /// @param maxShares The most shares to burn.
    /// @return shares Shares burned, rounded up.
    function withdraw(
        uint256 assets,
        address receiver,
        address owner,
        uint256 maxShares
    ) external returns (uint256 shares);

    /// @notice Redeems, unless the share price has moved too far.
    /// @param shares What to redeem.
    /// @param receiver Who gets the assets.
    /// @param owner Whose shares are burned.
    /// @param minAssets The least assets to accept.
    /// @return assets Assets paid, rounded down.
    function redeem(
        uint256 shares,
        address receiver,
        address owner,
        uint256 minAssets
    ) external returns (uint256 assets);

    /// @notice The exit that needs no strategy's liquidity and no price: pays an equal part of everything the vault
    /// holds, idle money as money and each strategy's shares as shares, rounded down. Locked profit stays for the
    /// others, except in part where strategies cannot be read.
    /// @param shares How many vault shares to redeem.
    /// @param receiver Who gets it.
    /// @param owner Whose shares are burned.
    /// @param leaveOut Strategies whose shares cannot be transferred; that part is given up.
    /// @return burned Shares burned: all of `shares`.
    function redeemInKind(
        uint256 shares,
        address receiver,
        address owner,
        address[] calldata leaveOut
    ) external returns (uint256 burned);

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @notice Books every strategy's gains and losses, takes the fee on new profit and locks the rest, for release
    /// over {unlockPeriod}, or over the time that it took to come about, if that is longer, up to 30 days. Does not
    /// move the share price, except by losses, which have moved it already. All waits while a strategy cannot be read,
    /// gains also above a strategy's gain limit and where less can be withdrawn than is booked.
    /// @return profit All strategies' gains.
    /// @return loss All strategies' losses.
    function report() external returns (uint256 profit, uint256 loss);

    /// @notice Brings every strategy below its caps and the idle money to its buffer, in supply and withdrawal order. A
    /// relative cap is a part of what the vault had before this block and has now.
    function rebalance() external;

    /// @notice Gives the savers money, as profit.
    /// @param assets How much.
    function donate(uint256 assets) external;

    // ------------------------------------------------------------------------------------ actions that raise risk

    /// @notice Adds a strategy, last in both orders. Role: curator, after its delay.
    /// @param strategy An ERC-4626 vault over the same asset.
    /// @param caps How much it may hold.
    function addStrategy(IERC4626 strategy, Caps calldata caps) external;

    /// @notice Raises a strategy's caps. Role: curator, after its delay.
    /// @param strategy The strategy.
    /// @param caps The new caps, neither lower than before.
    function raiseCaps(IERC4626 strategy, Caps calldata caps) external;

    /// @notice Raises the fee for profit from now on. Role: curator, after its delay.
    /// @param newFeeBps The new fee, at most {maxFeeBps}.
    function raiseFee(uint256 newFeeBps) external;

    /// @notice Sets who gets the fee from now on. Role: curator, after its delay.
    /// @param recipient The new recipient.
    function setFeeRecipient(address recipient) external;

    /// @notice Allows deposits again. Role: curator, after its delay.
    function resumeDeposits() external;

    /// @notice Books a strategy as lost: {writeDown} to nothing. Role: curator, after its delay.
    /// @param strategy The strategy.
    function writeOff(IERC4626 strategy) external;

    /// @notice Books a strategy below what it says, so that its loss is everybody's. It gets no more money, gains
    /// nothing and keeps deposits closed until {acceptValue}, or until it is empty. What comes back until then, up to
    /// what was lost, is the holders' at once and pays no fee. Role: curator, after its delay.
    /// @param strategy The strategy.
    /// @param assets What it is worth.
    function writeDown(IERC4626 strategy, uint256 assets) external;

    /// @notice Books a strategy at what it says, however much that is, and ends all consequences of its losses: what is
    /// missing is lost for good, and what comes back later is profit like any other. Role: curator, after its delay.
    /// @param strategy The strategy.
    function acceptValue(IERC4626 strategy) external;

    /// @notice Lets a strategy gain more in a year by what it says alone. Role: curator, after its delay.
    /// @param strategy The strategy.
    /// @param yearlyGainBps In basis points of what is in it, not lower than before.
    function raiseGainLimit(IERC4626 strategy, uint32 yearlyGainBps) external;

    /// @notice Sends on tokens that the vault holds and does not count, as rewards of strategies, so that they can be
    /// turned into profit with {donate}. Cannot touch idle money or counted shares. Role: curator, after its delay.
    /// @param token Which token.
    /// @param receiver Who gets all of it.
    function sendReward(IERC20 token, address receiver) external;

    // ------------------------------------------------------------------- actions that lower risk or only steer it

    /// @notice Stops deposits. Role: guardian.
    function stopDeposits() external;

    /// @notice Lowers a strategy's caps; {rebalance} then takes out what is above them. Role: guardian.
    /// @param strategy The strategy.
    /// @param caps The new caps, neither higher than before.
    function lowerCaps(IERC4626 strategy, Caps calldata caps) external;

    /// @notice Sets a strategy's caps to zero, takes out of it what it gives back and removes it once nothing of ours
    /// is booked in it; until then it stays listed. Role: guardian.
    /// @param strategy The strategy.
    function removeStrategy(IERC4626 strategy) external;

    /// @notice Lets a strategy gain less in a year by what it says alone. Role: guardian.
    /// @param strategy The strategy.
    /// @param yearlyGainBps In basis points of what is in it, not higher than before.
    function lowerGainLimit(IERC4626 strategy, uint32 yearlyGainBps) external;

    /// @notice Sets how much gas a strategy may use, within limits in code. One that can be read stays readable.
    /// Role: guardian.
    /// @param strategy The strategy.
    /// @param readGas For reading its value or its limits, rounded down to 50,000.
    /// @param moveGas For moving money or shares, rounded down to 50,000.
    function setGasLimits(IERC4626 strategy, uint256 readGas, uint256 moveGas) external;

    /// @notice Says which strategies share one market's liquidity, so that {maxWithdraw} counts it once. Role:
    /// allocator.
    /// @param strategy The strategy.
    /// @param market Any number; 0 means that it shares with none.
    function setMarket(IERC4626 strategy, uint8 market) external;

    /// @notice Lowers the fee for profit from now on. Role: allocator.
    /// @param newFeeBps The new fee.
    function lowerFee(uint256 newFeeBps) external;

    /// @notice Sets the order in which strategies are filled. Role: allocator.
    /// @param order Each strategy once.
    function setSupplyOrder(IERC4626[] calldata order) external;

    /// @notice Sets the order in which strategies are emptied. Role: allocator.
    /// @param order Each strategy once.
    function setWithdrawalOrder(IERC4626[] calldata order) external;

    /// @notice Sets the part of the assets that {rebalance} keeps idle for withdrawals. Role: allocator.
    /// @param newBufferBps In hundredths of a percent.
    function setIdleBuffer(uint256 newBufferBps) external;

    // ------------------------------------------------------------------------------- what the vault calls on itself

    /// @notice Takes assets out of a strategy. A call of its own, so that all of it can fail without consequence.
    /// @param strategy The strategy.
    /// @param assets How much.
    /// @param maxShares The most of the strategy's shares that this may cost.
    /// @return burned The shares that it cost.
    function drawFrom(IERC4626 strategy, uint256 assets, uint256 maxShares) external returns (uint256 burned);

    /// @notice Puts assets into a strategy. A call of its own, so that all of it can fail without consequence.
    /// @param strategy The strategy.
    /// @param assets How much.
    /// @return minted The shares that the strategy gave.
    function supplyTo(IERC4626 strategy, uint256 assets) external returns (uint256 minted);

    /// @notice Takes everything out of a strategy. A call of its own, so that all of it can fail without consequence.
    /// @param strategy The strategy.
    /// @param shares All its shares that the vault has.
    /// @param minAssets What they are worth.
    /// @return assets What came back.
    function drainFrom(
        IERC4626 strategy,
        uint256 shares,
        uint256 minAssets
    ) external returns (uint256 assets);

    /// @notice Hands shares of a strategy to somebody. A call of its own, so that a strategy that burns all gas is
    /// stopped in time.
    /// @param strategy The strategy.
    /// @param receiver Who gets them.
    /// @param shares How many.
    function handOver(IERC4626 strategy, address receiver, uint256 shares) external;

    // ------------------------------------------------------------------------------------------------------- views

    /// @notice What shares are certainly worth, as a fraction, with the virtual part on both sides: a strategy that
    /// cannot be read counts as nothing. It is the price of every exit.
    function sharePrice() external view returns (SharePrice memory);

    /// @notice The share price, and whether all strategies could be read. If not, shares may be worth more, deposits
    /// are closed, and nothing should be settled or harvested that could wait.
    function certainPrice() external view returns (SharePrice memory price, bool complete);

    /// @notice All assets that are certain, the still locked profit included.
    function grossAssets() external view returns (uint256);

    /// @notice Profit that is still locked, less losses that it has to bear.
    function lockedProfit() external view returns (uint256);

    /// @notice What can be withdrawn at this moment, by all together.
    function liquidity() external view returns (uint256);

    /// @notice Money in the vault that is not at work.
    function idle() external view returns (uint256);

    /// @notice Booked losses that profit has not made good yet; profit pays no fee until it has.
    function lossToRecover() external view returns (uint256);

    /// @notice Whether deposits are stopped.
    function depositsStopped() external view returns (bool);

    /// @notice What the vault has in a strategy.
    function holdingOf(IERC4626 strategy) external view returns (Holding memory);

    /// @notice How much a strategy may hold, and whether it is in the vault at all.
    function capsOf(IERC4626 strategy) external view returns (Caps memory caps, bool listed);

    /// @notice What a strategy may do before somebody has to look.
    function limitsOf(IERC4626 strategy) external view returns (Limits memory);

    /// @notice What a strategy has lost, by the books.
    /// @param strategy The strategy.
    /// @return lost What is missing of its best value, in assets.
    /// @return supplyHalted Whether it gets no more money because of that.
    /// @return writtenDown Whether the curator has booked it below what it says.
    /// @return impaired Whether it keeps deposits closed.
    function lossOf(
        IERC4626 strategy
    ) external view returns (uint256 lost, bool supplyHalted, bool writtenDown, bool impaired);

    /// @notice The strategies in the order in which they are filled.
    function supplyOrder() external view returns (IERC4626[] memory);

    /// @notice The strategies in the order in which they are emptied.
    function withdrawalOrder() external view returns (IERC4626[] memory);

    /// @notice The part of new profit that is taken as a fee, in hundredths of a percent.
    function feeBps() external view returns (uint256);

    /// @notice Who gets the fee.
    function feeRecipient() external view returns (address);

    /// @notice The fee that a recipient was ever given for one vault share, in fee shares x 2^96, rounded down. What it
    /// grew by between two moments, times shares that were there all the time, is the fee that was taken on them.
    function feePerShare(address recipient) external view returns (uint256);

    /// @notice The part of the assets that {rebalance} keeps idle, in hundredths of a percent.
    function idleBufferBps() external view returns (uint256);

    /// @notice Over how many seconds profit is released at least.
    function unlockPeriod() external view returns (uint256);

    /// @notice The highest fee that any role can ever set, in hundredths of a percent.
    function maxFeeBps() external view returns (uint256);
}
