// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {CooperativePools} from "../../contracts/cooperative/CooperativePools.sol";
import {SavingsPool} from "../../contracts/savings/SavingsPool.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";
import {FeeTreasury} from "../../contracts/treasury/FeeTreasury.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {MoodyStrategy} from "../doubles/MoodyStrategy.sol";

/// @notice The whole protocol over two strategies that can go wrong. This contract is the admin, without delay.
abstract contract Fixture is Test {
    uint256 internal constant UNLOCK_PERIOD = 1 days;

    uint256 internal unit;
    FaucetToken internal asset;
    MoodyStrategy internal first;
    MoodyStrategy internal second;
    KhipuVault internal vault;
    SavingsPool internal savings;
    CooperativePools internal cooperatives;
    FeeTreasury internal treasury;

    function deployProtocol(uint8 decimals, uint256 feeBps) internal {
        unit = 10 ** decimals;
        asset = new FaucetToken("Test USD", "tUSD", decimals, 1_000 * unit);
        first = new MoodyStrategy(asset);
        second = new MoodyStrategy(asset);
        address manager = address(new AccessManager(address(this)));
        vault = new KhipuVault(asset, "Khipu Vault", "kv", manager, address(this), UNLOCK_PERIOD);
        savings = new SavingsPool(vault, manager, 1, type(uint128).max, type(uint128).max, 2_000);
        treasury = FeeTreasury(address(savings.treasury()));
        cooperatives = new CooperativePools(vault);
        vault.setFeeRecipient(address(treasury));
        vault.raiseFee(feeBps);
        vault.setIdleBuffer(500);
        vault.addStrategy(IERC4626(address(first)), IKhipuVault.Caps(type(uint128).max, 6_000));
        vault.addStrategy(IERC4626(address(second)), IKhipuVault.Caps(type(uint128).max, 10_000));
    }

    function fund(address who, uint256 assets, address spender) internal {
        asset.mint(who, assets);
        vm.prank(who);
        asset.approve(spender, type(uint256).max);
    }

    /// @dev A gain of a strategy, in the only way it can have one.
    function earn(MoodyStrategy strategy, uint256 assets) internal {
        asset.mint(address(strategy), assets);
    }

    /// @dev What was there before this second may be invested.
    function invest() internal {
        skip(1);
        vault.rebalance();
    }

    function enter(address who, uint256 assets) internal returns (uint256 shares) {
        fund(who, assets, address(vault));
        vm.prank(who);
        return vault.deposit(assets, who);
    }
}
