// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {SharePrice} from "../../contracts/vault/SharePrice.sol";
import {AdversaryStrategy} from "../doubles/AdversaryStrategy.sol";
import {Campaign} from "./Campaign.sol";
import {VaultHandler} from "./VaultHandler.t.sol";

/// @notice What is true of a vault whose strategies, savers and roles do whatever they like. Those sentences that speak of
/// single actions are checked in {VaultHandler}.
abstract contract VaultInvariants is Campaign {
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
        _beginCampaign(string.concat("The vault with ", vm.toString(decimals()), " decimals"));
        for (uint256 i = 0; i < 3; ++i) handler.deposit(i, 1_000 * unit * (i + 1));
        handler.pass(1);
        handler.rebalance();
    }

    function invariant_everySentenceHolds() public view {
        _theBooksAreCovered();
        _thePriceIsCovered();
        _sharesAddUp();
        _lossesLeaveWithThoseWhoBoreThem();
    }

    /// The vault has every unit of idle money that its books say it has.
    function _theBooksAreCovered() private view {
        assertGe(asset.balanceOf(address(vault)), vault.idle(), "idle money");
    }

    /// The price that pools ask for never says more than what there is; profit that is locked is in no price.
    function _thePriceIsCovered() private view {
        uint256 there = asset.balanceOf(address(vault));
        for (uint256 i = 0; i < 3; ++i) {
            uint256 counted = vault.holdingOf(IERC4626(address(strategies[i]))).shares;
            uint256 shares = Math.min(counted, strategies[i].balanceOf(address(vault)));
            there += _worth(strategies[i], shares);
        }
        SharePrice memory price = vault.sharePrice();
        assertLe(
            Math.mulDiv(vault.totalSupply(), price.assets, price.shares),
            there + 1,
            "owed more than there is"
        );
        assertLe(
            vault.totalAssets() + vault.lockedProfit(),
            vault.grossAssets(),
            "locked profit is in the price"
        );
    }

    /// @dev Nothing, where the strategy does not say or says nonsense.
    function _worth(AdversaryStrategy strategy, uint256 shares) private view returns (uint256 assets) {
        (bool answered, bytes memory answer) = address(strategy).staticcall{gas: 300_000}(
            abi.encodeCall(IERC4626.previewRedeem, (shares))
        );
        if (!answered || answer.length < 32) return 0;
        assets = abi.decode(answer, (uint256));
        return assets > type(uint112).max ? 0 : assets;
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
        _noteRun(handler);
        address[] memory leaveOut = new address[](3);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 mood = uint256(strategies[i].mood());
            if (mood >= 13) leaveOut[i] = address(strategies[i]);
        }
        address saver = handler.savers(0);
        uint256 half = vault.balanceOf(saver) / 2;
        if (vault.previewRedeem(half) > 0) {
            vm.prank(saver);
            try vault.redeemInKind(half, saver, saver, leaveOut) {} catch {
                assertTrue(false, "nobody can leave in kind");
            }
        }
        handler.heal();
        for (uint256 i = 0; i < 3; ++i) {
            saver = handler.savers(i);
            uint256 shares = vault.balanceOf(saver);
            vm.prank(saver);
            try vault.redeem(shares, saver, saver) {} catch {
                assertTrue(false, "nobody can leave with money");
            }
        }
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
