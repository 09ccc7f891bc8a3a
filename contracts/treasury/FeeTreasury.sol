// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISavingsPool} from "../savings/ISavingsPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {IFeeTreasury} from "./IFeeTreasury.sol";

/// @title FeeTreasury
/// @notice See {IFeeTreasury}.
contract FeeTreasury is IFeeTreasury, AccessManaged {
    using Math for uint256;

    /// @inheritdoc IFeeTreasury
    IKhipuVault public immutable vault;

    /// @inheritdoc IFeeTreasury
    ISavingsPool public immutable savingsPool;

    /// @inheritdoc IFeeTreasury
    mapping(address referrer => uint256 assets) public claimedBy;

    /// @inheritdoc IFeeTreasury
    uint256 public totalClaimed;

    /// @param savingsPool_ Who counts what referrers earn; its vault's fee is to be paid here.
    /// @param authority_ The {AccessManager} that knows the roles.
    constructor(ISavingsPool savingsPool_, address authority_) AccessManaged(authority_) {
        savingsPool = savingsPool_;
        vault = savingsPool_.vault();
    }

    /// @inheritdoc IFeeTreasury
    function claimReferralReward(address receiver) external returns (uint256 assets) {
        assets = owedTo(msg.sender).min(vault.maxWithdraw(address(this)));
        if (assets == 0) revert NothingToClaim(msg.sender);
        claimedBy[msg.sender] += assets;
        totalClaimed += assets;
        emit ReferralRewardClaimed(msg.sender, receiver, assets, claimedBy[msg.sender], totalClaimed);
        vault.withdraw(assets, receiver, address(this));
    }

    /// @inheritdoc IFeeTreasury
    function collect(address receiver, uint256 assets) external restricted {
        uint256 most = collectable();
        if (assets > most) revert AboveCollectable(assets, most);
        emit FeeCollected(msg.sender, receiver, assets);
        vault.withdraw(assets, receiver, address(this));
    }

    /// @inheritdoc IFeeTreasury
    function owedTo(address referrer) public view returns (uint256 assets) {
        return savingsPool.referralEarned(referrer) - claimedBy[referrer];
    }

    /// @inheritdoc IFeeTreasury
    function collectable() public view returns (uint256 assets) {
        uint256 owed = savingsPool.totalReferralEarned() - totalClaimed;
        return vault.convertToAssets(vault.balanceOf(address(this))).saturatingSub(owed);
    }
}
