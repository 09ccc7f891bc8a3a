// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SharePrice} from "../vault/SharePrice.sol";

/// @notice What one person has in a pool: vault shares, and the principal mark above which their worth is yield.
/// @dev One storage slot.
/// @param shares Vault shares.
/// @param principal The mark, in assets.
/// @param opened The pool's own: whether the person has come in themselves.
/// @param referred The pool's own: whether somebody has brought them.
struct Position {
    uint128 shares;
    uint112 principal;
    bool opened;
    bool referred;
}

/// @notice The sums of all positions. One storage slot.
struct Totals {
    uint128 shares;
    uint128 principal;
}

/// @notice Everything in a position, principal apart from yield.
struct Payout {
    uint256 principal;
    uint256 principalShares;
    uint256 yield;
    uint256 yieldShares;
}

using PositionLib for Position global;

/// @title PositionLib
/// @notice The books of a pool: each function moves one position and the sums alike. A position's worth depends on the
/// share price alone, so nobody's action can move anybody else's. Rounds against the position.
library PositionLib {
    using Math for uint256;
    using SafeCast for uint256;

    /// @notice There is less principal than that: withdraw less, or leave with everything.
    error PrincipalTooLow(uint256 assets, uint256 principal);

    /// @notice The shares are worth less than that since a loss: leave with everything.
    error SharesTooLow(uint256 shares, uint256 available);

    /// @notice There is no yield.
    error NothingToClaim();

    /// @notice Books shares that were bought, and raises the mark by what was paid for them.
    function add(
        Position memory position,
        Totals memory totals,
        uint256 assets,
        uint256 shares
    ) internal pure {
        position.shares += shares.toUint128();
        position.principal += assets.toUint112();
        totals.shares += shares.toUint128();
        totals.principal += assets.toUint128();
    }

    /// @notice Takes principal out of the books.
    /// @return shares What that costs, rounded up.
    function withdraw(
        Position memory position,
        Totals memory totals,
        SharePrice memory price,
        uint256 assets
    ) internal pure returns (uint256 shares) {
        if (assets > position.principal) revert PrincipalTooLow(assets, position.principal);
        shares = price.toSharesUp(assets);
        if (shares > position.shares) revert SharesTooLow(shares, position.shares);
        _subtract(position, totals, assets, shares);
    }

    /// @notice Takes the yield out of the books and leaves shares that fully cover the principal.
    /// @return assets What the yield is worth, rounded down.
    /// @return shares What it costs.
    function claim(
        Position memory position,
        Totals memory totals,
        SharePrice memory price
    ) internal pure returns (uint256 assets, uint256 shares) {
        (assets, shares) = yieldOf(position, price);
        if (assets == 0) revert NothingToClaim();
        _subtract(position, totals, 0, shares);
    }

    /// @notice Turns yield into principal.
    /// @return assets How much; none is no error.
    function compound(
        Position memory position,
        Totals memory totals,
        SharePrice memory price
    ) internal pure returns (uint256 assets) {
        assets = price.toAssetsDown(position.shares).saturatingSub(position.principal);
        add(position, totals, assets, 0);
    }

    /// @notice Takes everything out of the books. Principal comes first: after a loss there is less than the mark, and
    /// no yield.
    function empty(
        Position memory position,
        Totals memory totals,
        SharePrice memory price
    ) internal pure returns (Payout memory payout) {
        uint256 shares = position.shares;
        uint256 assets = price.toAssetsDown(shares);
        payout.principal = assets.min(position.principal);
        payout.yield = assets - payout.principal;
        payout.principalShares = payout.yield == 0 ? shares : price.toSharesUp(payout.principal);
        payout.yieldShares = shares - payout.principalShares;
        _subtract(position, totals, position.principal, shares);
    }

    /// @notice Takes everything out of the books, as shares.
    function emptyAsShares(
        Position memory position,
        Totals memory totals
    ) internal pure returns (uint256 shares, uint256 principal) {
        (shares, principal) = (position.shares, position.principal);
        _subtract(position, totals, principal, shares);
    }

    /// @notice What could be claimed, and the shares that it would cost.
    function yieldOf(
        Position memory position,
        SharePrice memory price
    ) internal pure returns (uint256 assets, uint256 shares) {
        shares = uint256(position.shares).saturatingSub(price.toSharesUp(position.principal));
        assets = price.toAssetsDown(shares);
    }

    function _subtract(
        Position memory position,
        Totals memory totals,
        uint256 assets,
        uint256 shares
    ) private pure {
        // No more than the position has, so nothing is cut off.
        position.shares -= uint128(shares);
        position.principal -= uint112(assets);
        totals.shares -= uint128(shares);
        totals.principal -= uint128(assets);
    }
}
