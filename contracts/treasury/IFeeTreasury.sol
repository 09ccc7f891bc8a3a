// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISavingsPool} from "../savings/ISavingsPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";

/// @title IFeeTreasury
/// @notice Holds the vault shares that the fee was paid in, and nothing else. Referrers pull their part of the fee
/// here; what they have not earned is the protocol's.
interface IFeeTreasury {
    /// @notice A referrer pulled a reward.
    /// @param referrer Whose reward.
    /// @param receiver Who got it.
    /// @param assets How much.
    /// @param claimedAfter All that the referrer has pulled so far.
    /// @param totalClaimedAfter All that all referrers have pulled so far.
    event ReferralRewardClaimed(
        address indexed referrer,
        address indexed receiver,
        uint256 assets,
        uint256 claimedAfter,
        uint256 totalClaimedAfter
    );

    /// @notice The protocol took its part of the fee.
    event FeeCollected(address indexed by, address indexed receiver, uint256 assets);

    /// @notice The referrer has no reward to pull now, or the fee has not come in yet.
    error NothingToClaim(address referrer);

    /// @notice More than is left once all referrers are paid.
    error AboveCollectable(uint256 assets, uint256 collectable);

    /// @notice Pays the caller's referral rewards, as far as the fees go; the rest stays owed.
    /// @param receiver Who gets them.
    /// @return assets What was paid.
    function claimReferralReward(address receiver) external returns (uint256 assets);

    /// @notice Takes the protocol's part of the fee. Role: treasurer.
    /// @param receiver Who gets it.
    /// @param assets How much, at most {collectable}.
    function collect(address receiver, uint256 assets) external;

    /// @notice What a referrer has earned and not pulled yet.
    function owedTo(address referrer) external view returns (uint256 assets);

    /// @notice What is left for the protocol once all referrers are paid.
    function collectable() external view returns (uint256 assets);

    /// @notice All that a referrer has pulled so far.
    function claimedBy(address referrer) external view returns (uint256 assets);

    /// @notice All that all referrers have pulled so far.
    function totalClaimed() external view returns (uint256 assets);

    /// @notice Whose shares the fee is paid in.
    function vault() external view returns (IKhipuVault);

    /// @notice Who counts what referrers earn.
    function savingsPool() external view returns (ISavingsPool);
}
