// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVaultPool} from "../pool/IVaultPool.sol";
import {IFeeTreasury} from "../treasury/IFeeTreasury.sol";

/// @title ISavingsPool
/// @notice Individual savings. A saver's position is vault shares and a principal mark; what the shares are worth above
/// the mark is yield. Nobody but the saver can take anything out, and nothing can stop them.
///
/// In every event, `assets` are in the asset's smallest unit, `shares` are vault shares, and "After" are the numbers
/// once the event has happened.
interface ISavingsPool is IVaultPool {
    // ------------------------------------------------------------------------------------------------------ events

    /// @notice Money was saved.
    /// @param payer Who paid.
    /// @param saver Whose savings grew.
    event DepositMade(
        address indexed payer,
        address indexed saver,
        uint256 assets,
        uint256 shares,
        uint256 principalAfter,
        uint256 sharesAfter,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice Principal was taken out.
    /// @param saver Whose.
    /// @param receiver Who got it.
    event WithdrawalMade(
        address indexed saver,
        address indexed receiver,
        uint256 assets,
        uint256 shares,
        uint256 principalAfter,
        uint256 sharesAfter,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice Yield was taken out.
    /// @param saver Whose.
    /// @param receiver Who got it.
    event YieldClaimed(
        address indexed saver,
        address indexed receiver,
        uint256 assets,
        uint256 shares,
        uint256 principalAfter,
        uint256 sharesAfter,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice Yield became principal.
    /// @param saver Whose.
    /// @param caller Who saw to it.
    event AutoCompoundExecuted(
        address indexed saver,
        address indexed caller,
        uint256 assets,
        uint256 principalAfter,
        uint256 sharesAfter,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice A saver took the vault shares themselves and left.
    /// @param saver Whose.
    /// @param receiver Who holds the shares now.
    /// @param shares How many.
    /// @param principal The mark that went with them.
    event SharesTakenOut(
        address indexed saver,
        address indexed receiver,
        uint256 shares,
        uint256 principal,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice A saver said who brought them here.
    event ReferrerNamed(address indexed saver, address indexed referrer);

    /// @notice A referrer's part of a fee was counted; the treasury pays it out.
    /// @param referrer Who earned it.
    /// @param saver On whose shares the fee was taken.
    /// @param shares How much, in vault shares, as the fee itself.
    /// @param earnedAfter All that the referrer has earned so far, in vault shares.
    /// @param totalEarnedAfter All that all referrers have earned so far, in vault shares.
    event ReferralRewardEarned(
        address indexed referrer,
        address indexed saver,
        uint256 shares,
        uint256 earnedAfter,
        uint256 totalEarnedAfter
    );

    /// @notice What can be deposited was raised or lowered.
    event LimitsSet(uint256 perSaver, uint256 total);

    // ------------------------------------------------------------------------------------------------------ errors

    /// @notice An address that must be given was zero.
    error ZeroAddress();

    /// @notice The deposit is smaller than the pool takes.
    error BelowMinimum(uint256 assets, uint256 minimum);

    /// @notice The saver has as much in the pool as it takes from one: nothing more fits.
    error AboveSaverLimit(uint256 principal, uint256 limit);

    /// @notice The pool would have more than it takes from all.
    error AboveTotalLimit(uint256 totalPrincipal, uint256 limit);

    /// @notice The saver has nothing here.
    error NothingSaved(address saver);

    /// @notice Nobody can bring themselves, and nobody is not somebody.
    error BadReferrer(address referrer);

    /// @notice A referrer can be named once, and only before the first own deposit.
    error TooLateForReferrer(address saver);

    /// @notice The new limits are not on the side of the old ones that this function is for.
    error LimitsOutOfRange(uint256 perSaver, uint256 total);

    /// @notice More than the whole fee cannot be given away.
    error ReferralShareOutOfRange(uint256 referralShareBps);

    // --------------------------------------------------------------------------------------------- savers' actions

    /// @notice Saves for oneself or for somebody else. The caller pays. What the pool does not take from one saver any
    /// more is left out, so that nobody makes a saver's own deposit fail by paying for them first.
    /// @param assets What to save.
    /// @param saver Whose savings grow.
    /// @param minShares The least number of vault shares to accept, also if something is left out.
    /// @return shares Vault shares bought, rounded down.
    function deposit(uint256 assets, address saver, uint256 minShares) external returns (uint256 shares);

    /// @notice Saves with an EIP-2612 permit of the asset; one that somebody else has already used is no hindrance.
    /// @param assets What to save.
    /// @param saver Whose savings grow.
    /// @param minShares The least number of vault shares to accept.
    /// @param deadline Until when the permit holds.
    /// @param v Signature.
    /// @param r Signature.
    /// @param s Signature.
    /// @return shares Vault shares bought, rounded down.
    function depositWithPermit(
        uint256 assets,
        address saver,
        uint256 minShares,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 shares);

    /// @notice Takes out principal.
    /// @param assets How much.
    /// @param receiver Who gets it.
    /// @param maxShares The most vault shares to give for it.
    /// @return shares Vault shares given, rounded up.
    function withdraw(uint256 assets, address receiver, uint256 maxShares) external returns (uint256 shares);

    /// @notice Takes out everything, principal and yield.
    /// @param receiver Who gets it.
    /// @param minAssets The least to accept.
    /// @return assets What was paid, rounded down.
    function withdrawAll(address receiver, uint256 minAssets) external returns (uint256 assets);

    /// @notice Takes out the yield that there is, which is none where somebody has just made it principal: {withdraw}
    /// has it then. The principal stays fully covered.
    /// @param receiver Who gets it.
    /// @return assets What was paid, rounded down.
    function claimYield(address receiver) external returns (uint256 assets);

    /// @notice Leaves with the vault shares themselves: the exit that depends on no strategy and no liquidity. The
    /// vault then takes the shares back whenever it can pay, or pays in kind.
    /// @param receiver Who gets the shares.
    /// @return shares How many.
    function takeOutShares(address receiver) external returns (uint256 shares);

    /// @notice Says who brought the caller here; before the first own deposit, once.
    /// @param referrer Who.
    function nameReferrer(address referrer) external;

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @notice Turns savers' yield into principal, and counts what their referrers have earned. Moves no money; a saver
    /// without yield is passed over.
    /// @param savers Whose.
    function compound(address[] calldata savers) external;

    // --------------------------------------------------------------------------------------------- roles' actions

    /// @notice Raises limits. Role: curator, after its delay.
    /// @param perSaver The most principal that a deposit may take a saver to.
    /// @param total The most principal that a deposit may take the pool to.
    function raiseLimits(uint128 perSaver, uint128 total) external;

    /// @notice Lowers limits; at zero no more deposits are taken. Role: guardian.
    /// @param perSaver The most principal that a deposit may take a saver to.
    /// @param total The most principal that a deposit may take the pool to.
    function lowerLimits(uint128 perSaver, uint128 total) external;

    // ------------------------------------------------------------------------------------------------------- views

    /// @notice A saver's position.
    /// @param saver Whose.
    /// @return shares Vault shares.
    /// @return principal The principal mark.
    /// @return value What the shares are worth now, rounded down.
    /// @return yield What {claimYield} would pay now.
    function positionOf(
        address saver
    ) external view returns (uint256 shares, uint256 principal, uint256 value, uint256 yield);

    /// @notice The sums over all savers.
    /// @return shares Vault shares.
    /// @return principal Principal marks.
    function totals() external view returns (uint128 shares, uint128 principal);

    /// @notice The most that can be deposited for a saver now; less than {minimumDeposit} if nothing can be.
    function maxDeposit(address saver) external view returns (uint256 assets);

    /// @notice Who brought a saver here; zero if nobody.
    function referrerOf(address saver) external view returns (address);

    /// @notice All that a referrer has ever earned and that was counted, whether paid out or not, in vault shares.
    /// Counted is with each action of the saver, and by {compound}.
    function referralEarned(address referrer) external view returns (uint256 shares);

    /// @notice The same for all referrers.
    function totalReferralEarned() external view returns (uint256 shares);

    /// @notice All that all referrers have ever earned, with what they may have earned and was not counted yet. In
    /// vault shares. Never more than {referralShareBps} of the fee that the treasury got for referred savers' shares.
    function referralReserve() external view returns (uint256 shares);

    /// @notice Where the vault's fee must go for referrers to earn something of it.
    function treasury() external view returns (IFeeTreasury);

    /// @notice The most principal that a deposit may take a saver, and the pool, to.
    function limits() external view returns (uint128 perSaver, uint128 total);

    /// @notice The smallest deposit.
    function minimumDeposit() external view returns (uint256);

    /// @notice The part of the fee on a referred saver's shares that the referrer earns, in hundredths of a percent.
    function referralShareBps() external view returns (uint256);
}
