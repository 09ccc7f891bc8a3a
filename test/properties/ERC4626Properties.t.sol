// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What ERC-4626 promises of every vault, in every state that {World} can describe: the properties of the
/// public suites (previews, limits, allowances, round trips, no free profit).
abstract contract ERC4626Properties is Fixture {
    address internal constant ANA = address(0xA);
    address internal constant BETO = address(0xB);
    address internal constant RECEIVER = address(0xC);

    /// @dev Two savers, then a gain and a loss, booked or not, and some of the unlock period.
    struct World {
        uint64 ana;
        uint64 beto;
        uint64 gain;
        uint64 loss;
        uint32 wait;
        bool booked;
        bool illiquid;
    }

    function decimals() internal pure virtual returns (uint8);

    function feeBps() internal pure virtual returns (uint256);

    function setUp() public {
        deployProtocol(decimals(), feeBps());
    }

    // ------------------------------------------------------------------------------------------ views never fail

    function testFuzz_viewsNeverRevert(World memory world, uint128 value) public {
        build(world);
        assertEq(vault.asset(), address(asset));
        vault.totalAssets();
        vault.convertToShares(value);
        vault.convertToAssets(value);
        vault.maxDeposit(ANA);
        vault.maxMint(ANA);
        vault.maxWithdraw(ANA);
        vault.maxRedeem(ANA);
    }

    function testFuzz_conversionsAreTheSameForEverybody(World memory world, uint128 value) public {
        build(world);
        vm.prank(ANA);
        uint256 shares = vault.convertToShares(value);
        vm.prank(ANA);
        uint256 assets = vault.convertToAssets(value);
        vm.startPrank(RECEIVER);
        assertEq(vault.convertToShares(value), shares, "shares depend on the caller");
        assertEq(vault.convertToAssets(value), assets, "assets depend on the caller");
    }

    function testFuzz_previewsAreTheSameForEverybody(World memory world, uint128 value) public {
        build(world);
        bytes4[4] memory previews = [
            IERC4626.previewDeposit.selector,
            IERC4626.previewMint.selector,
            IERC4626.previewWithdraw.selector,
            IERC4626.previewRedeem.selector
        ];
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(ANA);
            (, bytes memory hers) = address(vault).call(abi.encodeWithSelector(previews[i], value));
            vm.prank(RECEIVER);
            (, bytes memory theirs) = address(vault).call(abi.encodeWithSelector(previews[i], value));
            assertEq(hers, theirs, "a preview depends on who asks");
        }
    }

    function test_sharesHaveAtLeastTheDecimalsOfTheAsset() public view {
        assertGe(vault.decimals(), asset.decimals());
    }

    function testFuzz_nothingIsFree(World memory world, uint128 value) public {
        build(world);
        assertEq(vault.previewDeposit(0) + vault.convertToShares(0), 0, "shares for nothing");
        assertEq(vault.previewRedeem(0) + vault.convertToAssets(0), 0, "assets for nothing");
        if (value == 0) return;
        assertGt(vault.previewMint(value), 0, "shares for nothing");
        assertGt(vault.previewWithdraw(value), 0, "assets for nothing");
    }

    function testFuzz_conversionsNeverRoundUp(World memory world, uint128 value) public {
        build(world);
        assertLe(vault.convertToAssets(vault.convertToShares(value)), value, "assets out of nothing");
        assertLe(vault.convertToShares(vault.convertToAssets(value)), value, "shares out of nothing");
    }

    // ------------------------------------------------------------------------------------------------ previews hold

    function testFuzz_depositGivesWhatWasPreviewed(World memory world, uint256 assets) public {
        build(world);
        assets = amount(assets);
        fund(ANA, assets, address(vault));
        uint256 preview = vault.previewDeposit(assets);
        uint256 sharesBefore = vault.balanceOf(RECEIVER);
        uint256 assetsBefore = asset.balanceOf(ANA);
        vm.prank(ANA);
        uint256 shares = vault.deposit(assets, RECEIVER);
        assertEq(shares, preview, "not what was previewed");
        assertEq(vault.balanceOf(RECEIVER) - sharesBefore, shares, "receiver's shares");
        assertEq(assetsBefore - asset.balanceOf(ANA), assets, "payer's assets");
    }

    function testFuzz_mintCostsWhatWasPreviewed(World memory world, uint256 shares) public {
        build(world);
        shares = amount(shares) * 1e6;
        uint256 preview = vault.previewMint(shares);
        fund(ANA, preview, address(vault));
        uint256 sharesBefore = vault.balanceOf(RECEIVER);
        uint256 assetsBefore = asset.balanceOf(ANA);
        vm.prank(ANA);
        uint256 assets = vault.mint(shares, RECEIVER);
        assertEq(assets, preview, "not what was previewed");
        assertEq(vault.balanceOf(RECEIVER) - sharesBefore, shares, "receiver's shares");
        assertEq(assetsBefore - asset.balanceOf(ANA), assets, "payer's assets");
    }

    function testFuzz_withdrawCostsWhatWasPreviewed(World memory world, uint256 assets) public {
        build(world);
        assets = bound(assets, 0, vault.maxWithdraw(ANA));
        uint256 preview = vault.previewWithdraw(assets);
        uint256 sharesBefore = vault.balanceOf(ANA);
        vm.prank(ANA);
        uint256 shares = vault.withdraw(assets, RECEIVER, ANA);
        assertEq(shares, preview, "not what was previewed");
        assertEq(sharesBefore - vault.balanceOf(ANA), shares, "owner's shares");
        assertEq(asset.balanceOf(RECEIVER), assets, "receiver's assets");
    }

    function testFuzz_redeemGivesWhatWasPreviewed(World memory world, uint256 shares) public {
        build(world);
        shares = bound(shares, 0, vault.maxRedeem(ANA));
        uint256 preview = vault.previewRedeem(shares);
        uint256 sharesBefore = vault.balanceOf(ANA);
        vm.prank(ANA);
        uint256 assets = vault.redeem(shares, RECEIVER, ANA);
        assertEq(assets, preview, "not what was previewed");
        assertEq(sharesBefore - vault.balanceOf(ANA), shares, "owner's shares");
        assertEq(asset.balanceOf(RECEIVER), assets, "receiver's assets");
    }

    // --------------------------------------------------------------------------------------------- limits are true

    function testFuzz_maxWithdrawCanBeWithdrawnAndNoMore(World memory world) public {
        build(world);
        uint256 most = vault.maxWithdraw(ANA);
        vm.startPrank(ANA);
        vm.expectRevert();
        vault.withdraw(most + 1, RECEIVER, ANA);
        vault.withdraw(most, RECEIVER, ANA);
        assertEq(asset.balanceOf(RECEIVER), most, "receiver's assets");
    }

    function testFuzz_maxRedeemCanBeRedeemed(World memory world) public {
        build(world);
        uint256 most = vault.maxRedeem(ANA);
        uint256 owned = vault.balanceOf(ANA);
        vm.startPrank(ANA);
        vm.expectRevert();
        vault.redeem(owned + 1, RECEIVER, ANA);
        vault.redeem(most, RECEIVER, ANA);
        assertEq(vault.balanceOf(ANA), owned - most, "owner's shares");
    }

    function testFuzz_maxDepositCanBeDepositedAndNoMore(World memory world) public {
        build(world);
        uint256 most = vault.maxDeposit(ANA);
        fund(ANA, most + 1, address(vault));
        vm.startPrank(ANA);
        vm.expectRevert();
        vault.deposit(most + 1, ANA);
        vault.deposit(most, ANA);
        assertLe(vault.maxDeposit(ANA), vault.convertToAssets(1) + 1, "more room than said");
    }

    function testFuzz_maxMintCanBeMintedAndNoMore(World memory world) public {
        build(world);
        uint256 most = vault.maxMint(ANA);
        fund(ANA, vault.previewMint(most) * 2, address(vault));
        vm.startPrank(ANA);
        vm.expectRevert();
        vault.mint(most + 1, ANA);
        uint256 before = vault.balanceOf(ANA);
        vault.mint(most, ANA);
        assertEq(vault.balanceOf(ANA) - before, most, "minted");
    }

    // --------------------------------------------------------------------------------------------------- allowances

    function testFuzz_comingInUsesTheAllowanceOfTheAsset(World memory world, uint256 assets) public {
        build(world);
        assets = amount(assets);
        asset.mint(RECEIVER, 4 * assets);
        uint256 shares = vault.previewDeposit(assets);
        vm.startPrank(RECEIVER);
        asset.approve(address(vault), 4 * assets);
        vault.deposit(assets, ANA);
        assertEq(asset.allowance(RECEIVER, address(vault)), 3 * assets, "deposit");
        uint256 paid = vault.mint(shares, ANA);
        assertEq(asset.allowance(RECEIVER, address(vault)), 3 * assets - paid, "mint");
    }

    function testFuzz_anAllowanceWithoutEndStays(World memory world, uint256 part) public {
        build(world);
        uint256 shares = bound(part, 0, vault.maxRedeem(ANA) / 2);
        vm.prank(ANA);
        vault.approve(BETO, type(uint256).max);
        vm.startPrank(BETO);
        vault.redeem(shares, BETO, ANA);
        vault.withdraw(vault.previewRedeem(shares), BETO, ANA);
        assertEq(vault.allowance(ANA, BETO), type(uint256).max, "used up");
    }

    function testFuzz_withdrawForAnotherNeedsAndUsesAllowance(World memory world, uint256 assets) public {
        build(world);
        uint256 most = vault.maxWithdraw(ANA);
        vm.assume(most > 0);
        assets = bound(assets, 1, most);
        uint256 shares = vault.previewWithdraw(assets);
        vm.prank(ANA);
        vault.approve(BETO, shares - 1);
        vm.prank(BETO);
        vm.expectRevert();
        vault.withdraw(assets, BETO, ANA);
        vm.prank(ANA);
        vault.approve(BETO, shares);
        vm.prank(BETO);
        vault.withdraw(assets, BETO, ANA);
        assertEq(vault.allowance(ANA, BETO), 0, "allowance left");
    }

    function testFuzz_redeemForAnotherNeedsAndUsesAllowance(World memory world, uint256 shares) public {
        build(world);
        uint256 most = vault.maxRedeem(ANA);
        vm.assume(most > 0);
        shares = bound(shares, 1, most);
        vm.prank(ANA);
        vault.approve(BETO, shares - 1);
        vm.prank(BETO);
        vm.expectRevert();
        vault.redeem(shares, BETO, ANA);
        vm.prank(ANA);
        vault.approve(BETO, shares);
        vm.prank(BETO);
        vault.redeem(shares, BETO, ANA);
        assertEq(vault.allowance(ANA, BETO), 0, "allowance left");
    }

    // -------------------------------------------------------------------------------------- round trips never profit

    function testFuzz_depositThenRedeem(World memory world, uint256 assets) public {
        build(world);
        assets = amount(assets);
        uint256 shares = enterAs(assets);
        vm.prank(RECEIVER);
        assertLe(vault.redeem(shares, RECEIVER, RECEIVER), assets, "profit");
    }

    function testFuzz_depositThenWithdraw(World memory world, uint256 assets) public {
        build(world);
        assets = amount(assets);
        uint256 shares = enterAs(assets);
        // The position may be worth a rounding less than what was paid for it.
        uint256 back = vault.maxWithdraw(RECEIVER);
        assertLe(back, assets, "profit");
        vm.prank(RECEIVER);
        assertLe(vault.withdraw(back, RECEIVER, RECEIVER), shares, "shares");
    }

    function testFuzz_mintThenRedeem(World memory world, uint256 shares) public {
        build(world);
        shares = amount(shares) * 1e6;
        fund(RECEIVER, vault.previewMint(shares), address(vault));
        vm.startPrank(RECEIVER);
        uint256 paid = vault.mint(shares, RECEIVER);
        assertLe(vault.redeem(shares, RECEIVER, RECEIVER), paid, "profit");
    }

    function testFuzz_mintThenWithdraw(World memory world, uint256 shares) public {
        build(world);
        shares = amount(shares) * 1e6;
        fund(RECEIVER, vault.previewMint(shares), address(vault));
        vm.startPrank(RECEIVER);
        uint256 paid = vault.mint(shares, RECEIVER);
        uint256 back = vault.maxWithdraw(RECEIVER);
        assertLe(back, paid, "profit");
        assertLe(vault.withdraw(back, RECEIVER, RECEIVER), shares, "shares");
    }

    function testFuzz_redeemThenDeposit(World memory world, uint256 shares) public {
        build(world);
        shares = bound(shares, 0, vault.maxRedeem(ANA));
        vm.startPrank(ANA);
        uint256 assets = vault.redeem(shares, ANA, ANA);
        asset.approve(address(vault), assets);
        vm.assume(vault.previewDeposit(assets) > 0);
        assertLe(vault.deposit(assets, ANA), shares, "profit");
    }

    function testFuzz_redeemThenMint(World memory world, uint256 shares) public {
        build(world);
        shares = bound(shares, 0, vault.maxRedeem(ANA));
        vm.startPrank(ANA);
        uint256 assets = vault.redeem(shares, ANA, ANA);
        assertGe(vault.previewMint(shares), assets, "profit");
    }

    function testFuzz_withdrawThenDeposit(World memory world, uint256 assets) public {
        build(world);
        assets = bound(assets, 0, vault.maxWithdraw(ANA));
        vm.startPrank(ANA);
        uint256 shares = vault.withdraw(assets, ANA, ANA);
        assertLe(vault.previewDeposit(assets), shares, "profit");
    }

    function testFuzz_withdrawThenMint(World memory world, uint256 assets) public {
        build(world);
        assets = bound(assets, 0, vault.maxWithdraw(ANA));
        vm.startPrank(ANA);
        uint256 shares = vault.withdraw(assets, ANA, ANA);
        assertGe(vault.previewMint(shares), assets, "profit");
    }

    function testFuzz_redeemInKindNeverProfits(World memory world, uint256 shares) public {
        build(world);
        shares = bound(shares, 0, vault.balanceOf(ANA));
        vm.assume(vault.previewRedeem(shares) > 0);
        vault.report();
        uint256 worth = vault.previewRedeem(shares);
        vm.startPrank(ANA);
        uint256 burned = vault.redeemInKind(shares, RECEIVER, ANA, new address[](0));
        assertLe(burned, shares, "burned more than asked for");
        uint256 got =
            asset.balanceOf(RECEIVER) +
                first.previewRedeem(first.balanceOf(RECEIVER)) +
                second.previewRedeem(second.balanceOf(RECEIVER));
        assertLe(got, worth, "profit");
        // Strategy shares cannot be split, so that each strategy may keep back one.
        uint256 kept = first.convertToAssets(1) + second.convertToAssets(1) + 8;
        assertGe(got + kept, Math.mulDiv(worth, burned, shares), "paid for what was not given");
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function build(World memory world) internal {
        enter(ANA, amount(world.ana));
        enter(BETO, amount(world.beto));
        invest();
        earn(first, bound(world.gain, 0, vault.totalAssets()));
        if (world.booked) vault.report();
        second.lose(bound(world.loss, 0, asset.balanceOf(address(second))));
        skip(world.wait % (2 * UNLOCK_PERIOD));
        if (world.illiquid) first.setLiquid(unit);
    }

    function amount(uint256 seed) internal view returns (uint256) {
        return bound(seed, unit / 1_000, 1e12 * unit);
    }

    function enterAs(uint256 assets) internal returns (uint256 shares) {
        return enter(RECEIVER, assets);
    }
}

contract ERC4626With6DecimalsTest is ERC4626Properties {
    function decimals() internal pure override returns (uint8) {
        return 6;
    }

    function feeBps() internal pure override returns (uint256) {
        return 0;
    }
}

contract ERC4626With18DecimalsTest is ERC4626Properties {
    function decimals() internal pure override returns (uint8) {
        return 18;
    }

    function feeBps() internal pure override returns (uint256) {
        return 0;
    }
}

contract ERC4626With6DecimalsAndFeeTest is ERC4626Properties {
    function decimals() internal pure override returns (uint8) {
        return 6;
    }

    function feeBps() internal pure override returns (uint256) {
        return 2_000;
    }
}

contract ERC4626With18DecimalsAndFeeTest is ERC4626Properties {
    function decimals() internal pure override returns (uint8) {
        return 18;
    }

    function feeBps() internal pure override returns (uint256) {
        return 2_000;
    }
}
