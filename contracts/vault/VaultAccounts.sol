// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IKhipuVault} from "./IKhipuVault.sol";
import {SharePrice} from "./SharePrice.sol";
import {StrategyBook} from "./StrategyBook.sol";
import {VaultState} from "./VaultState.sol";

/// @title VaultAccounts
/// @notice How gains and losses get into the share price: the part of the vault that its two halves, {KhipuVault} and
/// {VaultOperations}, have in common.
abstract contract VaultAccounts is StrategyBook, ERC20 {
    using Math for uint256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev Pools keep shares in 128 bits, and products of shares and assets must fit into 256.
    uint256 internal constant MAX_SUPPLY = type(uint128).max;

    uint256 internal constant MAX_FEE_BPS = 2_000;

    uint256 internal immutable _unlockPeriod;

    /// @dev The virtual part of the share price: so many shares for the smallest unit of the asset. Whoever tries to
    /// push the first savers' price loses so many times what they lose.
    uint256 internal immutable _virtualShares;

    constructor(uint256 unlockPeriod_, uint256 virtualShares_) {
        _unlockPeriod = unlockPeriod_;
        _virtualShares = virtualShares_;
    }

    /// @dev The books as of now, with all losses in them, and the price, as everybody could see it before: booking does
    /// not move it by more than a rounding.
    function _accrue() internal returns (Appraisal memory a, SharePrice memory price) {
        a = _appraise(false);
        price = _price(a);
        _bookLosses(a);
    }

    function _bookLosses(Appraisal memory a) internal {
        uint256 gross = a.gross;
        if (a.loss > 0 && a.unread == 0) _settle(a);
        _touch(gross);
    }

    /// @dev The one way in which gains and losses get into the books. Losses have lowered the price already; gains do
    /// not move it, and make good for losses first.
    function _settle(Appraisal memory a) internal returns (uint256 profit, uint256 loss) {
        uint256 period;
        (profit, loss, period) = _bookReadings(a, _unlockPeriod);
        if (profit > loss) {
            _takeProfit(a, profit - loss, loss, 0, period);
        } else {
            if (loss > profit) {
                _noteLoss(loss - profit);
                _restartLock(a.bookedLock, 0, 0);
            }
            emit IKhipuVault.Reported(msg.sender, profit, loss, 0, 0);
        }
        a.impaired = VaultState.get().impairedCount > 0;
    }

    /// @dev Takes the fee and locks the rest, except what was lost while nobody could come in: that was the holders'
    /// all along.
    /// @param profit What is new, losses taken off.
    /// @param loss The losses that were taken off.
    /// @param atOnce How much of it at most is not locked.
    function _takeProfit(
        Appraisal memory a,
        uint256 profit,
        uint256 loss,
        uint256 atOnce,
        uint256 period
    ) internal {
        VaultState.State storage state = VaultState.get();
        uint256 toRecover = state.lossToRecover;
        uint256 recovered = profit.min(toRecover);
        if (recovered > 0) _setLossToRecover(toRecover - recovered);
        uint256 added = profit - profit.min(atOnce);
        a.gross += profit - added;
        SharePrice memory price = _price(a);
        // At an incomplete price the fee's shares would be worth more than the fee.
        uint256 feeAssets = a.uncertain > 0 ? 0 : (profit - recovered).min(added).mulDiv(state.feeBps, BPS);
        // Fee shares take part in what is released later. Priced as if all were released already, they end up worth
        // the fee and no more; until then only so much of the profit counts that the price stays where it was.
        a.gross += added;
        uint256 feeShares = feeAssets.mulDiv(price.shares, a.gross + 1 - feeAssets);
        added -= price.toAssetsUp(feeShares);
        _restartLock(a.bookedLock, added, period);
        a.bookedLock += added;
        a.locked = a.bookedLock.saturatingSub(a.uncertain).min(a.gross);
        if (feeShares > 0) {
            address recipient = state.feeRecipient;
            state.feePerShare[recipient] += (feeShares << 96) / price.shares;
            _mint(recipient, feeShares);
        }
        emit IKhipuVault.Reported(msg.sender, profit + loss, loss, feeAssets, feeShares);
    }

    /// @dev Losses that profit has to make good leave with those who bore them. So does the rest of a lock that has
    /// become larger than what it is locked for: it would be a gift to the next who comes, and goes to the fee
    /// recipient.
    function _afterExit(Appraisal memory a, uint256 shares, uint256 supply) internal {
        VaultState.State storage state = VaultState.get();
        if (state.anyLossToRecover && shares > 0) {
            uint256 toRecover = state.lossToRecover;
            _setLossToRecover(toRecover - toRecover.mulDiv(shares, supply));
        }
        uint256 free = a.gross - a.locked;
        if (a.uncertain == 0 && a.locked > free) _forfeit(a, free, state.grossBefore);
        _emitAccounts(a);
    }

    /// @dev Only the part that belonged to what has left since before this block: money that comes and goes within one
    /// takes nobody's profit along.
    function _forfeit(Appraisal memory a, uint256 free, uint256 grossBefore) private {
        uint256 forfeited = a.locked - free;
        // Where nobody is left, all of it belonged to those who have gone.
        if (totalSupply() > 0) {
            uint256 freeBefore = grossBefore.saturatingSub(a.locked);
            if (freeBefore <= free) return;
            forfeited = forfeited.min(a.locked.mulDiv(freeBefore - free, freeBefore));
        }
        // What there are no shares for stays locked.
        SharePrice memory price = _price(a);
        forfeited = forfeited.min(price.toAssetsDown(MAX_SUPPLY.saturatingSub(totalSupply())));
        uint256 feeShares = price.toSharesDown(forfeited);
        a.locked -= forfeited;
        a.bookedLock = a.locked;
        _restartLock(a.locked, 0, 0);
        _mint(VaultState.get().feeRecipient, feeShares);
        emit IKhipuVault.ProfitForfeited(forfeited, feeShares);
    }

    /// @dev A loss is no departure: what was there before this block did not leave with somebody.
    function _noteLoss(uint256 loss) internal {
        VaultState.State storage state = VaultState.get();
        state.grossBefore = uint112(uint256(state.grossBefore).saturatingSub(loss));
        // Where nobody is, nobody has lost anything.
        if (totalSupply() > 0) _setLossToRecover(state.lossToRecover + loss);
    }

    function _setLossToRecover(uint256 loss) internal {
        VaultState.State storage state = VaultState.get();
        state.lossToRecover = loss;
        state.anyLossToRecover = loss > 0;
    }

    function _price(Appraisal memory a) internal view returns (SharePrice memory) {
        return SharePrice(a.gross - a.locked + 1, totalSupply() + _virtualShares);
    }

    function _takeIn(uint256 assets) internal {
        uint256 balanceBefore = _ownAssets();
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), assets);
        uint256 received = _ownAssets() - balanceBefore;
        if (received != assets) revert IKhipuVault.AssetTookFee(assets, received);
        VaultState.State storage state = VaultState.get();
        state.idle = (state.idle + assets).toUint112();
    }

    /// @dev What is uncertain is in these books as it was last booked.
    function _emitAccounts(Appraisal memory a) internal {
        VaultState.State storage state = VaultState.get();
        emit IKhipuVault.AccountsUpdated(
            a.gross + a.uncertain,
            totalSupply(),
            state.lockedAmount,
            state.lockStart,
            state.lockEnd
        );
    }
}
