// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {console} from "forge-std/console.sol";
import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {AdversaryStrategy} from "../doubles/AdversaryStrategy.sol";
import {VaultHandler} from "./VaultHandler.t.sol";

/// @notice What is true of a vault whose strategies, savers and roles do whatever they like. Those sentences that speak of
/// single actions are checked in {VaultHandler}.
abstract contract VaultInvariants is Test {
    KhipuVault internal vault;
    FaucetToken internal asset;
    AdversaryStrategy[3] internal strategies;
    VaultHandler internal handler;

    function decimals() internal pure virtual returns (uint8);

    function setUp() public {
        uint256 unit = 10 ** decimals();
        asset = new FaucetToken("Test USD", "tUSD", decimals(), unit);
        AccessManager manager = new AccessManager(address(this));
        vault = new KhipuVault(asset, "Vault", "V", address(manager), address(0xFEE), 1 days);
        vault.raiseFee(1_000);
        vault.setIdleBuffer(500);
        for (uint256 i = 0; i < 3; ++i) {
            strategies[i] = new AdversaryStrategy(asset);
            // Others are in the strategies, too.
            asset.mint(address(this), 1_000 * unit);
            asset.approve(address(strategies[i]), 1_000 * unit);
            strategies[i].deposit(1_000 * unit, address(this));
            uint16 relativeBps =
                i == 0
                    ? 5_000
                    : i == 1
                        ? 3_000
                        : 10_000;
            vault.addStrategy(
                IERC4626(address(strategies[i])),
                IKhipuVault.Caps(type(uint128).max, relativeBps)
            );
        }
        handler = new VaultHandler(vault, strategies, unit);
        manager.grantRole(0, address(handler), 0);
        targetContract(address(handler));
        for (uint256 i = 0; i < 3; ++i) handler.deposit(i, 1_000 * unit * (i + 1));
        handler.pass(1);
        handler.rebalance();
    }

    function invariant_everySentenceHolds() public view {
        _theBooksAreCovered();
        _allSharesCanBePaid();
        _sharesAddUp();
        _lossesLeaveWithThoseWhoBoreThem();
    }

    /// The vault has every unit of idle money that its books say it has.
    function _theBooksAreCovered() private view {
        assertGe(asset.balanceOf(address(vault)), vault.idle(), "idle money");
    }

    /// All shares together are never worth more than what is certain.
    function _allSharesCanBePaid() private view {
        assertLe(
            vault.convertToAssets(vault.totalSupply()),
            vault.totalAssets() + 1,
            "owed more than there is"
        );
        assertLe(
            vault.totalAssets() + vault.lockedProfit(),
            vault.grossAssets(),
            "locked profit is paid out"
        );
    }

    /// Shares do not appear or vanish.
    function _sharesAddUp() private view {
        uint256 sum = vault.balanceOf(address(0xFEE)) + vault.balanceOf(address(handler));
        for (uint256 i = 0; i < 3; ++i) sum += vault.balanceOf(handler.savers(i));
        assertEq(sum, vault.totalSupply(), "sum of shares");
    }

    /// Where nobody is, nobody has anything to recover.
    function _lossesLeaveWithThoseWhoBoreThem() private view {
        if (vault.totalSupply() == 0) assertEq(vault.lossToRecover(), 0, "a loss without a loser");
    }

    /// Everybody can leave, in every state: in kind at once, with the money once the strategies are well.
    function afterInvariant() public {
        address[] memory leaveOut = new address[](3);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 mood = uint256(strategies[i].mood());
            if (mood >= 13) leaveOut[i] = address(strategies[i]);
        }
        address saver = handler.savers(0);
        uint256 half = vault.balanceOf(saver) / 2;
        if (vault.previewRedeem(half) > 0) {
            vm.prank(saver);
            vault.redeemInKind(half, saver, saver, leaveOut);
        }
        handler.heal();
        for (uint256 i = 0; i < 3; ++i) {
            saver = handler.savers(i);
            uint256 shares = vault.balanceOf(saver);
            vm.prank(saver);
            vault.redeem(shares, saver, saver);
        }
    }

    /// @dev The campaign is not in vain: its actions reach every state that matters, and the sentences hold there.
    function test_theActionsReachEveryState() public {
        uint256 unit = 10 ** decimals();
        handler.earn(0, 50 * unit);
        handler.report();
        handler.lose(1, 6);
        handler.report();
        handler.lose(0, 11);
        handler.earn(2, 90 * unit);
        handler.report();
        handler.withdraw(0, 10 * unit);
        handler.redeem(1, 10 * unit);
        handler.redeemInKind(2, vault.balanceOf(handler.savers(2)) / 3, 0);
        handler.redeemInKind(2, vault.balanceOf(handler.savers(2)) / 3, 1);
        invariant_everySentenceHolds();
        // Cannot be read, falls meanwhile, and is called back from.
        handler.change(0, 1 * 3 * 7, 1, 1);
        handler.change(1, 33, 1, 1);
        handler.lose(1, 11);
        handler.callBack(2, 0, 1_000 * unit, 0);
        handler.deposit(0, unit);
        invariant_everySentenceHolds();
        handler.change(0, 1, 1, 1);
        handler.change(1, 1, 1, 1);
        // A loan, a lie, a theft.
        handler.pass(1);
        handler.borrow(1e6 * unit, true, false);
        handler.change(2, 1, 1, 4 * 1e18);
        handler.report();
        handler.seize(2, strategies[2].balanceOf(address(vault)) / 8);
        handler.report();
        invariant_everySentenceHolds();
        // Written down, accepted; written down, removed.
        handler.change(2, 1, 1, 1);
        handler.writeDown(2, 0);
        handler.deposit(0, unit);
        handler.accept(2);
        handler.deposit(0, 1_000 * unit);
        handler.pass(1);
        handler.rebalance();
        for (uint256 i = 0; i < 3; ++i) {
            handler.writeDown(i, 0);
            handler.remove(i);
        }
        invariant_everySentenceHolds();
        string[18] memory states = [
            "deposit",
            "withdraw",
            "redeem",
            "in kind",
            "in kind, left out",
            "deposits closed",
            "profit",
            "a gain made good for a loss",
            "a lie was booked",
            "supplied",
            "loan",
            "callback went through",
            "unreadable and fallen",
            "incomplete price",
            "shares taken by force",
            "written down",
            "accepted",
            "removed after a loss"
        ];
        for (uint256 i = 0; i < states.length; ++i) {
            console.log(states[i], handler.reached(states[i]));
            assertGt(handler.reached(states[i]), 0, string.concat("never reached: ", states[i]));
        }
        afterInvariant();
    }
}

contract VaultInvariantsWith6DecimalsTest is VaultInvariants {
    function decimals() internal pure override returns (uint8) {
        return 6;
    }
}

contract VaultInvariantsWith18DecimalsTest is VaultInvariants {
    function decimals() internal pure override returns (uint8) {
        return 18;
    }
}
