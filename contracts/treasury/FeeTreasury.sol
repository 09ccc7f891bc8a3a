// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ISavingsPool} from "../savings/ISavingsPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {IFeeTreasury} from "./IFeeTreasury.sol";

/// @title FeeTreasury
/// @notice See {IFeeTreasury}.
contract FeeTreasury is IFeeTreasury, AccessManaged, ReentrancyGuardTransient {
    using Math for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc IFeeTreasury
    IKhipuVault public immutable vault;

    /// @inheritdoc IFeeTreasury
    ISavingsPool public immutable savingsPool;

    /// @inheritdoc IFeeTreasury
    mapping(address referrer => uint256 shares) public claimedBy;

    /// @inheritdoc IFeeTreasury
    uint256 public totalClaimed;

    /// @dev Made by the savings pool, so that neither can have the wrong other.
    /// @param vault_ The pool's vault; its fee is to be paid here.
    /// @param authority_ The {AccessManager} that knows the roles.
    constructor(IKhipuVault vault_, address authority_) AccessManaged(authority_) {
        savingsPool = ISavingsPool(msg.sender);
        vault = vault_;
    }

    /// @inheritdoc IFeeTreasury
    function claimReferralReward(address receiver) external nonReentrant returns (uint256 assets) {
        uint256 shares = owedTo(msg.sender).min(vault.maxRedeem(address(this)));
        if (shares == 0) revert NothingToClaim(msg.sender);
        _book(shares);
        assets = vault.redeem(shares, receiver, address(this));
        _announce(receiver, assets, shares);
    }

    /// @inheritdoc IFeeTreasury
    function claimReferralReward(
        address receiver,
        uint256 assets
    ) external nonReentrant returns (uint256 shares) {
        uint256 owed = owedTo(msg.sender);
        shares = vault.withdraw(assets, receiver, address(this));
        if (shares > owed) revert AboveOwed(shares, owed);
        _book(shares);
        _announce(receiver, assets, shares);
    }

    /// @inheritdoc IFeeTreasury
    function takeOutShares(address receiver) external nonReentrant returns (uint256 shares) {
        shares = owedTo(msg.sender);
        if (shares == 0) revert NothingToClaim(msg.sender);
        _book(shares);
        emit ReferralSharesTakenOut(msg.sender, receiver, shares, claimedBy[msg.sender], totalClaimed);
        IERC20(address(vault)).safeTransfer(receiver, shares);
    }

    /// @inheritdoc IFeeTreasury
    function collect(address receiver, uint256 assets) external restricted nonReentrant {
        uint256 most = collectable();
        if (assets > most) revert AboveCollectable(assets, most);
        emit FeeCollected(msg.sender, receiver, assets);
        vault.withdraw(assets, receiver, address(this));
        // Also where a strategy has answered otherwise from one moment to the next.
        if (vault.balanceOf(address(this)) < _reserved()) revert AboveCollectable(assets, most);
    }

    /// @inheritdoc IFeeTreasury
    function owedTo(address referrer) public view returns (uint256 shares) {
        return savingsPool.referralEarned(referrer) - claimedBy[referrer];
    }

    /// @inheritdoc IFeeTreasury
    function collectable() public view returns (uint256 assets) {
        return vault.convertToAssets(vault.balanceOf(address(this)).saturatingSub(_reserved()));
    }

    /// @dev What is the referrers' of the shares that are here, or may become theirs.
    function _reserved() private view returns (uint256 shares) {
        return savingsPool.referralReserve() - totalClaimed;
    }

    function _book(uint256 shares) private {
        claimedBy[msg.sender] += shares;
        totalClaimed += shares;
    }

    function _announce(address receiver, uint256 assets, uint256 shares) private {
        emit ReferralRewardClaimed(msg.sender, receiver, assets, shares, claimedBy[msg.sender], totalClaimed);
    }
}
