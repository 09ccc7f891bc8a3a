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

    /// @notice Lowers the mark.
    function takePrincipal(Position memory position, Totals memory totals, uint256 assets) internal pure {
        if (assets > position.principal) revert PrincipalTooLow(assets, position.principal);
        _subtract(position, totals, assets, 0);
    }

    /// @notice Takes shares out of the books.
    function takeShares(Position memory position, Totals memory totals, uint256 shares) internal pure {
        if (shares > position.shares) revert SharesTooLow(shares, position.shares);
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

    /// @notice Takes everything out of the books.
    function empty(
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
