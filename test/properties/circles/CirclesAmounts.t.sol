// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {Test} from "forge-std/Test.sol";
import {IRotatingPools} from "../../../contracts/circles/IRotatingPools.sol";
import {RotatingPools} from "../../../contracts/circles/RotatingPools.sol";
import {IVrfConsumer} from "../../../contracts/lottery/IVrfConsumer.sol";
import {FaucetToken} from "../../../contracts/testnet/FaucetToken.sol";
import {IKhipuVault} from "../../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../../contracts/vault/KhipuVault.sol";
import {FickleCoordinator} from "../../doubles/FickleCoordinator.sol";
import {MoodyStrategy} from "../../doubles/MoodyStrategy.sol";

/// @notice What is true of any amount, contribution, penalty and share price: two members, by bids.
contract CirclesAmountsTest is Test {
    address private constant ANA = address(0xA4A);
    address private constant BETO = address(0xBE70);
    uint256 private constant FORTUNE = 1e36;

    FaucetToken private asset;
    KhipuVault private vault;
    RotatingPools private circles;
    MoodyStrategy private strategy;

    function setUp() public {
        asset = new FaucetToken("Test USD", "tUSD", 18, 1);
        strategy = new MoodyStrategy(asset);
        vault = new KhipuVault(
            asset,
            "Khipu Vault",
            "kv",
            address(new AccessManager(address(this))),
            address(this),
            1 days
        );
        vault.addStrategy(IERC4626(address(strategy)), IKhipuVault.Caps(type(uint128).max, 10_000));
        asset.mint(address(this), 1e24);
        asset.approve(address(vault), 1e24);
        vault.deposit(1e24, address(this));
        vault.rebalance();
        circles = new RotatingPools(
            vault,
            IVrfConsumer.Vrf(
                IVRFCoordinatorV2Plus(address(new FickleCoordinator())),
                bytes32(0),
                3,
                100_000,
                true
            ),
            1,
            1 days
        );
        for (uint256 i = 0; i < 2; ++i) {
            address member = i == 0 ? ANA : BETO;
            asset.mint(member, FORTUNE);
            vm.prank(member);
            asset.approve(address(circles), FORTUNE);
        }
    }

    /// @dev The vault has earned anything from nothing to as much again before.
    function _start(uint256 contribution, uint256 penaltyBps, uint256 profit, bool invested) private {
        asset.mint(address(strategy), bound(profit, 0, 1e24));
        vault.report();
        skip(1 days);
        IRotatingPools.Terms memory terms = IRotatingPools.Terms({
            name: "Junta",
            contribution: uint88(contribution),
            collateral: uint96(circles.fullCollateral(contribution, penaltyBps, 2)),
            period: 1 days,
            joinBy: uint40(block.timestamp),
            bidDeposit: uint96(contribution),
            grace: 1 days,
            penaltyBps: uint16(penaltyBps),
            members: 2,
            open: true,
            invested: invested,
            order: IRotatingPools.Order.Bids
        });
        vm.prank(ANA);
        circles.createCircle(terms, true);
        bytes32 hash = circles.termsHashOf(1);
        vm.prank(BETO);
        circles.join(1, hash);
    }

    function _contribution(uint256 seed) private pure returns (uint256) {
        return bound(seed, 1, type(uint88).max);
    }

    /// Collateral is covered from the first second, and costs at most one unit more.
    function testFuzz_collateralIsCovered(uint256 contribution, uint256 penaltyBps, uint256 profit) public {
        contribution = _contribution(contribution);
        penaltyBps = bound(penaltyBps, 0, 2_000);
        _start(contribution, penaltyBps, profit, true);
        uint256 full = circles.fullCollateral(contribution, penaltyBps, 2);
        assertLe(FORTUNE - asset.balanceOf(ANA), full + 1, "costs more");
        assertGe(vault.convertToAssets(circles.memberOf(1, ANA).shares), full, "not covered");
    }

    /// Paying in two parts costs what paying at once costs, and one unit of penalty more at most.
    function testFuzz_contributeInParts(
        uint256 contribution,
        uint256 penaltyBps,
        uint256 part,
        bool late
    ) public {
        contribution = bound(contribution, 2, type(uint88).max);
        penaltyBps = bound(penaltyBps, 0, 2_000);
        part = bound(part, 1, contribution - 1);
        _start(contribution, penaltyBps, 0, false);
        if (late) skip(1 days + 1);
        (, , uint256 atOnce) = circles.dueOf(1, ANA);
        vm.startPrank(ANA);
        (uint256 first, uint256 penalty) = circles.contribute(1, ANA, 0, part, FORTUNE);
        (uint256 second, uint256 secondPenalty) = circles.contribute(1, ANA, 0, type(uint256).max, FORTUNE);
        vm.stopPrank();
        assertEq(first, part, "first part");
        assertEq(first + second, contribution, "all");
        assertGe(penalty + secondPenalty, atOnce, "parts are cheaper");
        assertLe(penalty + secondPenalty, atOnce + 1, "parts are dearer");
        if (!late) assertEq(atOnce, 0, "a penalty in time");
    }

    /// What is paid ahead is plain money: whatever the vault's price, it is there when its round is.
    function testFuzz_aheadIsMoney(uint256 contribution, uint256 ahead, uint256 profit) public {
        contribution = _contribution(contribution);
        ahead = bound(ahead, 1, contribution);
        _start(contribution, 0, profit, true);
        vm.startPrank(ANA);
        (uint256 paid, ) = circles.contribute(1, ANA, 1, contribution + ahead, 0);
        assertEq(paid, contribution + ahead, "counts");
        assertEq(circles.memberOf(1, ANA).paid, contribution + ahead, "paid");
        vm.stopPrank();
        skip(4 days);
        circles.settle(1, 2);
        assertEq(circles.memberOf(1, ANA).paid, 2 * contribution, "not all is paid");
        // What she paid for her own round came back to her, and pays the rest.
        assertFalse(circles.memberOf(1, ANA).defaulted, "default");
    }

    /// Whatever part of it is paid back, used collateral is as much more.
    function testFuzz_restoredCollateralIsMoney(uint256 contribution, uint256 part, uint256 profit) public {
        contribution = _contribution(contribution);
        part = bound(part, 1, contribution);
        _start(contribution, 0, profit, true);
        vm.prank(ANA);
        circles.contribute(1, ANA, 0, contribution, 0);
        skip(2 days);
        circles.settle(1, 1);
        uint256 used = circles.memberOf(1, BETO).used;
        assertEq(used, contribution, "collateral did not pay");
        vm.prank(BETO);
        circles.restoreCollateral(1, BETO, part);
        assertEq(circles.memberOf(1, BETO).collateral, part, "worth less");
        assertEq(circles.memberOf(1, BETO).defaulted, part < used, "standing");
    }

    /// Turning collateral into money, in as many parts as one likes, costs a unit in all.
    function testFuzz_divestingCostsAUnit(uint256 contribution, uint256 part, uint256 profit) public {
        contribution = _contribution(contribution);
        _start(contribution, 0, profit, true);
        uint256 worth = vault.convertToAssets(circles.memberOf(1, ANA).shares);
        part = bound(part, 1, circles.memberOf(1, ANA).shares);
        vm.startPrank(ANA);
        for (uint256 i = 0; i < 5; ++i) {
            try circles.divest(1, part, 0) {} catch {}
        }
        vm.stopPrank();
        IRotatingPools.Member memory member = circles.memberOf(1, ANA);
        assertGe(uint256(member.collateral) + vault.convertToAssets(member.shares) + 1, worth, "lost");
    }

    /// A discount moves from the winner to the other, all of it and nothing else.
    function testFuzz_discountMovesAllOfItself(uint256 contribution, uint256 discount) public {
        contribution = _contribution(contribution);
        discount = bound(discount, 0, contribution);
        _start(contribution, 0, 0, false);
        bytes32 commitment = circles.sealBid(1, 0, BETO, discount, "salt");
        vm.startPrank(BETO);
        circles.commitBid(1, commitment);
        circles.contribute(1, ANA, 0, contribution, 0);
        circles.contribute(1, BETO, 0, contribution, 0);
        skip(1 days + 1);
        circles.revealBid(1, discount, "salt");
        vm.stopPrank();
        skip(1 days);
        circles.settle(1, 1);
        assertEq(circles.memberOf(1, BETO).claimable, 3 * contribution - discount, "winner");
        assertEq(circles.memberOf(1, ANA).claimable, discount, "other");
    }
}
