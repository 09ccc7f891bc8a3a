// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISavingsPool} from "../savings/ISavingsPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";

/// @title IFeeTreasury
/// @notice Holds the vault shares that the fee was paid in, and nothing else. Referrers pull their part of the fee
/// here, which is so many of these shares: what they gain or lose is theirs. All that referrers have not earned and
/// will not earn from it is the protocol's.
interface IFeeTreasury {
    /// @notice A referrer pulled a reward.
    /// @param referrer Whose reward.
    /// @param receiver Who got it.
    /// @param assets How much.
    /// @param shares The vault shares that it cost.
    /// @param claimedAfter All that the referrer has pulled so far, in vault shares.
    /// @param totalClaimedAfter All that all referrers have pulled so far, in vault shares.
    event ReferralRewardClaimed(
        address indexed referrer,
        address indexed receiver,
        uint256 assets,
        uint256 shares,
        uint256 claimedAfter,
        uint256 totalClaimedAfter
    );

    /// @notice A referrer pulled the vault shares themselves.
    /// @param referrer Whose reward.
    /// @param receiver Who holds the shares now.
    /// @param shares How many.
    /// @param claimedAfter All that the referrer has pulled so far, in vault shares.
    /// @param totalClaimedAfter All that all referrers have pulled so far, in vault shares.
    event ReferralSharesTakenOut(
        address indexed referrer,
        address indexed receiver,
        uint256 shares,
        uint256 claimedAfter,
        uint256 totalClaimedAfter
    );

    /// @notice The protocol took its part of the fee.
    event FeeCollected(address indexed by, address indexed receiver, uint256 assets);

    /// @notice The referrer has no reward to pull now, or the vault cannot pay any of it: take out the shares then.
    error NothingToClaim(address referrer);

    /// @notice The referrer is not owed that many shares: claim less.
    error AboveOwed(uint256 shares, uint256 owed);

    /// @notice More than is left once all referrers are paid.
    error AboveCollectable(uint256 assets, uint256 collectable);

    /// @notice Pays the caller's referral rewards, as far as the vault can pay; the rest stays owed.
    /// @param receiver Who gets them.
    /// @return assets What was paid.
    function claimReferralReward(address receiver) external returns (uint256 assets);

    /// @notice Pays a part of the caller's referral rewards.
    /// @param receiver Who gets it.
    /// @param assets How much.
    /// @return shares Vault shares given, rounded up.
    function claimReferralReward(address receiver, uint256 assets) external returns (uint256 shares);

    /// @notice Gives the caller's referral rewards as the vault shares that they are: depends on no strategy and no
    /// liquidity.
    /// @param receiver Who gets the shares.
    /// @return shares How many.
    function takeOutShares(address receiver) external returns (uint256 shares);

    /// @notice Takes the protocol's part of the fee. Role: treasurer.
    /// @param receiver Who gets it.
    /// @param assets How much, at most {collectable}.
    function collect(address receiver, uint256 assets) external;

    /// @notice What a referrer has earned and not pulled yet, in vault shares.
    function owedTo(address referrer) external view returns (uint256 shares);

    /// @notice What is left for the protocol once all referrers are paid, also for what is not counted yet.
    function collectable() external view returns (uint256 assets);

    /// @notice All that a referrer has pulled so far, in vault shares.
    function claimedBy(address referrer) external view returns (uint256 shares);

    /// @notice All that all referrers have pulled so far, in vault shares.
    function totalClaimed() external view returns (uint256 shares);

    /// @notice Whose shares the fee is paid in.
    function vault() external view returns (IKhipuVault);

    /// @notice Who counts what referrers earn.
    function savingsPool() external view returns (ISavingsPool);
}
