// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {SharePrice} from "../../contracts/vault/SharePrice.sol";
import {AdversaryStrategy, IBorrower} from "../doubles/AdversaryStrategy.sol";
import {MoodyStrategy} from "../doubles/MoodyStrategy.sol";

/// @notice What was tried against the vault, one attack a test. Savers have 1,000,000, of which `risky` may hold a part.
abstract contract VaultAttackFixture is Test {
    uint256 internal constant UNIT = 1e6;
    uint256 internal constant ALL = 1_000_000 * UNIT;
    address internal constant SAVER = address(0x5A7E);
    address internal constant ATTACKER = address(0xA77AC);

    FaucetToken internal asset;
    KhipuVault internal vault;
    AdversaryStrategy internal safe;
    AdversaryStrategy internal risky;

    function setUp() public virtual {
        asset = new FaucetToken("Test USD", "tUSD", 6, UNIT);
        vault = newVault(asset);
        safe = new AdversaryStrategy(asset);
        risky = new AdversaryStrategy(asset);
    }

    function newVault(IERC20 asset_) internal returns (KhipuVault) {
        address manager = address(new AccessManager(address(this)));
        return new KhipuVault(asset_, "Vault", "V", manager, address(0xFEE), 1 days);
    }

    /// @dev Puts `riskyBps` of the savers' money into `risky` and the rest into `safe`.
    function invest(uint16 safeBps, uint16 riskyBps) internal {
        list(safe, type(uint128).max, safeBps);
        list(risky, type(uint128).max, riskyBps);
        enter(SAVER, ALL);
        nextBlock();
        vault.rebalance();
        nextBlock();
    }

    function list(AdversaryStrategy strategy, uint128 absolute, uint16 relativeBps) internal {
        vault.addStrategy(IERC4626(address(strategy)), IKhipuVault.Caps(absolute, relativeBps));
    }

    function enter(address who, uint256 assets) internal returns (uint256 shares) {
        asset.mint(who, assets);
        vm.startPrank(who);
        asset.approve(address(vault), assets);
        shares = vault.deposit(assets, who);
        vm.stopPrank();
    }

    function leave(address who) internal returns (uint256 assets) {
        uint256 shares = vault.balanceOf(who);
        vm.prank(who);
        return vault.redeem(shares, who, who);
    }

    function leaveInKind(address who, uint256 shares, address[] memory leaveOut) internal {
        vm.prank(who);
        vault.redeemInKind(shares, who, who, leaveOut);
    }

    function none() internal pure returns (address[] memory) {
        return new address[](0);
    }

    function worthOf(address who) internal view returns (uint256) {
        return vault.convertToAssets(vault.balanceOf(who));
    }

    function bookedIn(AdversaryStrategy strategy) internal view returns (uint256) {
        return vault.holdingOf(IERC4626(address(strategy))).assets;
    }

    function nextBlock() internal {
        vm.roll(vm.getBlockNumber() + 1);
        skip(12);
    }
}

contract InKindAttacksTest is VaultAttackFixture {
    function test_nobodyGetsMoreOfAWorthlessStrategyThanTheirPart() public {
        invest(4_000, 6_000);
        uint256 shares = enter(ATTACKER, ALL / 99);
        nextBlock();
        risky.lose(600_000 * UNIT);
        uint256 everything = vault.totalSupply();
        vm.expectRevert();
        vm.prank(ATTACKER);
        vault.redeemInKind(everything, ATTACKER, ATTACKER, none());
        for (uint256 i = 0; i < 60; ++i) {
            // Own money in between does not help: nobody can come in while so much is lost.
            assertEq(vault.maxDeposit(ATTACKER), 0, "deposits are open");
            leaveInKind(ATTACKER, shares / 60, none());
        }
        assertLe(
            risky.balanceOf(ATTACKER),
            risky.totalSupply() / 100 + 1,
            "more than one's part of the strategy"
        );
        assertLe(vault.balanceOf(ATTACKER), 60, "shares were not burned");
    }

    function test_nobodyGetsMoreOfAFallenStrategyThanTheirPart(uint256 part, uint8 rounds) public {
        invest(4_000, 6_000);
        uint256 shares = enter(ATTACKER, ALL / 99);
        nextBlock();
        part = bound(part, 1, 10_000);
        risky.lose(((600_000 * UNIT) * part) / 10_000);
        uint256 turns = uint256(rounds % 20) + 1;
        for (uint256 i = 0; i < turns; ++i) leaveInKind(ATTACKER, shares / turns, none());
        assertLe(risky.balanceOf(ATTACKER), risky.totalSupply() / 100 + 1, "too much of the strategy");
    }

    function test_leavingOutABadStrategyGivesItsPartUp() public {
        invest(4_000, 6_000);
        uint256 shares = enter(ATTACKER, ALL / 9);
        nextBlock();
        risky.lose(300_000 * UNIT);
        address[] memory leaveOut = new address[](1);
        leaveOut[0] = address(risky);
        uint256 before = worthOf(SAVER);
        leaveInKind(ATTACKER, shares, leaveOut);
        assertEq(vault.balanceOf(ATTACKER), 0, "shares were kept");
        assertGe(worthOf(SAVER), before, "paid for by who stays");
        assertLe(
            asset.balanceOf(ATTACKER) + safe.previewRedeem(safe.balanceOf(ATTACKER)),
            (500_000 * UNIT) / 9,
            "more than one's part of what is healthy"
        );
    }

    function test_aHolderOfAWrittenOffVaultHasAWayToTheirPart() public {
        invest(0, 10_000);
        risky.setMood(MoodyStrategy.Mood.RevertsOnReading);
        vault.writeOff(IERC4626(address(risky)));
        leaveInKind(SAVER, vault.balanceOf(SAVER), none());
        assertGt(risky.balanceOf(SAVER), (risky.totalSupply() * 99) / 100, "no way out");
    }

    function test_aNewcomerGetsNothingOfWhatWasWrittenOffBefore() public {
        invest(0, 10_000);
        risky.setMood(MoodyStrategy.Mood.RevertsOnReading);
        vault.writeOff(IERC4626(address(risky)));
        assertEq(vault.maxDeposit(ATTACKER), 0, "open at almost no price");
        vm.expectRevert();
        this.enterAs(ATTACKER, 1_000 * UNIT);
        // It pays after all: that is the holders' at once.
        risky.setMood(MoodyStrategy.Mood.Good);
        vault.removeStrategy(IERC4626(address(risky)));
        assertGt(worthOf(SAVER), ALL - 10, "not what was lost");
    }

    function test_aNewcomerGetsNothingOfAStrategyThatReadsNothingForAWhile() public {
        invest(0, 10_000);
        risky.exaggerate(0);
        vm.expectRevert();
        this.enterAs(ATTACKER, 1_000 * UNIT);
        vault.report();
        vm.expectRevert();
        this.enterAs(ATTACKER, 1_000 * UNIT);
        risky.exaggerate(1e18);
        vault.report();
        vm.expectRevert();
        this.enterAs(ATTACKER, 1_000 * UNIT);
        vault.acceptValue(IERC4626(address(risky)));
        assertGt(worthOf(SAVER), ALL - 10, "not what was lost");
    }

    function enterAs(address who, uint256 assets) external {
        enter(who, assets);
    }
}

/// @notice Deposits a loan, has the vault rebalance, and takes the loan out again: one transaction, no role.
contract FlashLoanTest is VaultAttackFixture {
    function test_aLoanPutsNothingAboveARelativeCap() public {
        list(safe, type(uint128).max, 8_000);
        list(risky, type(uint128).max, 2_000);
        enter(SAVER, ALL);
        nextBlock();
        uint256 shares = enter(ATTACKER, 100 * ALL);
        vault.rebalance();
        vm.prank(ATTACKER);
        vault.redeem(shares, ATTACKER, ATTACKER);
        vault.rebalance();
        assertLe(bookedIn(risky), ALL / 5, "above the cap");
        assertLe(bookedIn(safe), (ALL * 4) / 5, "above the cap");
    }

    function test_aLoanInAFreshVaultInvestsNothing() public {
        list(risky, type(uint128).max, 10_000);
        enter(ATTACKER, ALL);
        vault.rebalance();
        assertEq(bookedIn(risky), 0, "invested what nobody had before");
        nextBlock();
        vault.rebalance();
        assertEq(bookedIn(risky), ALL, "not invested");
    }

    function test_lossesMakeNoRoomUnderACap() public {
        list(safe, type(uint128).max, 9_000);
        list(risky, type(uint128).max, 1_000);
        enter(SAVER, ALL);
        nextBlock();
        for (uint256 i = 0; i < 40; ++i) {
            vault.rebalance();
            uint256 there = asset.balanceOf(address(risky));
            risky.steal(there, ATTACKER);
            vm.prank(SAVER);
            vault.withdraw(1, SAVER, SAVER);
            nextBlock();
        }
        assertLe(asset.balanceOf(ATTACKER), ALL / 10, "more than the cap");
    }
}

/// @notice A strategy that lies takes no more than what was in it.
contract LyingStrategyTest is VaultAttackFixture {
    function test_aLieIsBelievedUpToWhatIsInTheStrategy(uint256 factor) public {
        factor = bound(factor, 2e18, 1e30);
        invest(9_900, 100);
        uint256 shares = enter(ATTACKER, UNIT);
        nextBlock();
        risky.exaggerate(factor);
        for (uint256 i = 0; i < 10; ++i) {
            vault.report();
            skip(1 days);
        }
        vm.prank(ATTACKER);
        uint256 got = vault.redeem(shares, ATTACKER, ATTACKER);
        assertLe(got, (UNIT * 1021) / 1000, "one dollar of shares redeemed a fortune");
        // A hundredth was in it; ten days of a year's allowance on twice as much come on top.
        assertLe(vault.grossAssets(), ALL + (ALL * 106) / 10_000 + UNIT, "more than doubled");
    }

    function test_manySmallLiesAreBelievedNoMoreThanALargeOne() public {
        invest(9_900, 100);
        uint256 inIt = bookedIn(risky);
        for (uint256 i = 0; i < 100; ++i) {
            risky.exaggerate(risky.exaggeration() + 0.03e18);
            vault.report();
        }
        assertLe(bookedIn(risky), 2 * inIt + 1, "more than what was in it");
    }

    function test_whatAStrategyLostBeforeTheMoneyCameIsNoLoss(uint256 dust) public {
        asset.mint(address(this), ALL);
        asset.approve(address(risky), ALL);
        risky.deposit(ALL, address(this));
        invest(0, 10_000);
        IERC4626 strategy = IERC4626(address(risky));
        vault.lowerCaps(strategy, IKhipuVault.Caps(uint128(bound(dust, 0, 50)), 10_000));
        vault.rebalance();
        risky.lose((ALL * 6) / 10);
        vault.raiseCaps(strategy, IKhipuVault.Caps(uint128(ALL), 10_000));
        nextBlock();
        vault.rebalance();
        assertGt(bookedIn(risky), ALL / 2, "not supplied");
        (uint256 lost, , , ) = vault.lossOf(strategy);
        assertLe(lost, 100, "of others' loss");
        risky.lose(200);
        vault.report();
        (, , , bool impaired) = vault.lossOf(strategy);
        assertFalse(impaired, "deposits closed for others' loss");
    }

    function test_gainsWaitUntilTheyHaveTakenTheirTime() public {
        invest(5_000, 5_000);
        asset.mint(address(risky), 2_000_000 * UNIT);
        vault.report();
        assertEq(bookedIn(risky), ALL, "as much again at once");
        vault.report();
        assertEq(bookedIn(risky), ALL, "and no more on the same day");
        skip(365 days / 2);
        vault.report();
        assertApproxEqAbs(bookedIn(risky), (ALL * 3) / 2, UNIT, "half as much again in half a year");
        vault.acceptValue(IERC4626(address(risky)));
        assertApproxEqAbs(bookedIn(risky), 2_500_000 * UNIT, 10, "the rest when the curator looks");
    }

    function test_nothingIsBookedNorSuppliedWhereMoneyCannotBeHad() public {
        invest(5_000, 4_000);
        enter(SAVER, ALL);
        nextBlock();
        risky.setLiquid(399_999 * UNIT);
        asset.mint(address(risky), 10_000 * UNIT);
        vault.report();
        assertEq(bookedIn(risky), 400_000 * UNIT, "a gain on paper");
        vault.rebalance();
        assertEq(bookedIn(risky), 400_000 * UNIT, "fresh money for who is stuck");
    }

    function test_sharesTakenByForceAreALossAtOnce() public {
        invest(5_000, 5_000);
        risky.seize(address(vault), risky.balanceOf(address(vault)) / 2);
        assertApproxEqAbs(vault.totalAssets(), (ALL * 3) / 4, 2, "still counted");
        vault.report();
        nextBlock();
        enter(SAVER, ALL);
        nextBlock();
        vault.rebalance();
        assertLe(bookedIn(risky), ALL / 4, "more money for a thief");
    }
}

/// @notice Leaves, harvests and redeems from within a strategy that has locked its views.
contract CallbackTest is VaultAttackFixture, IBorrower {
    uint256 private _got;
    bool private _inKind;

    function test_aLossCannotBeHiddenForACall(bool recordedBefore) public {
        invest(5_000, 5_000);
        uint256 shares = enter(address(this), ALL);
        nextBlock();
        if (recordedBefore) {
            _got = type(uint256).max;
            risky.flashLoan();
            nextBlock();
        }
        risky.lose(400_000 * UNIT);
        uint256 fair = vault.previewRedeem(shares);
        _got = 0;
        risky.flashLoan();
        assertLe(_got, fair, "more than who leaves honestly");
        assertGe(worthOf(SAVER) + 1, (1_600_000 * UNIT) / 2, "paid for by who stays");
    }

    function onLoan() external {
        if (_got == type(uint256).max) {
            vault.report();
            return;
        }
        uint256 shares = vault.balanceOf(address(this));
        (, bool complete) = vault.certainPrice();
        assertFalse(complete, "said to be complete");
        assertEq(vault.maxDeposit(address(this)), 0, "open at an unknown price");
        _got = vault.redeem(shares, address(this), address(this));
    }
}

/// @notice Leaving in kind while one strategy cannot be read and another has lost some.
contract InKindAtAnUnknownPriceTest is VaultAttackFixture {
    function test_sharesTakenByForceAreNotHandedOverWhereNobodyKnowsTheirWorth() public {
        invest(5_000, 5_000);
        enter(ATTACKER, ALL);
        uint256 held = risky.balanceOf(address(vault));
        risky.seize(address(vault), held / 2);
        risky.setMood(MoodyStrategy.Mood.RevertsOnReading);
        leaveInKind(ATTACKER, vault.balanceOf(ATTACKER), none());
        assertLe(risky.balanceOf(ATTACKER), held / 4, "more than one's part");
    }

    function test_aLossThatWaitsShutsNobodyIn(uint256 lost) public {
        invest(5_000, 5_000);
        lost = bound(lost, 0, ALL / 2);
        safe.lose(lost);
        risky.setMood(MoodyStrategy.Mood.RevertsOnReading);
        uint256 shares = vault.balanceOf(SAVER);
        leaveInKind(SAVER, shares / 2, none());
        assertApproxEqAbs(vault.grossAssets(), (ALL / 2 - lost) / 2, 3, "not half of what is certain");
        leaveInKind(SAVER, vault.balanceOf(SAVER), none());
        assertEq(vault.totalSupply(), 0, "shut in");
    }
}

/// @notice Gains are locked however they become known, and losses shared.
contract GainsAndLossesTest is VaultAttackFixture {
    function test_aGainKnownByRemovalIsLocked() public {
        invest(5_000, 5_000);
        enter(ATTACKER, 5 * ALL);
        nextBlock();
        asset.mint(address(risky), 500_000 * UNIT);
        vault.removeStrategy(IERC4626(address(risky)));
        assertLe(leave(ATTACKER), 5 * ALL, "a gain was released at once");
        assertGt(vault.lockedProfit(), 400_000 * UNIT, "not locked");
    }

    function test_manyReportsDoNotHoldTheReleaseBack() public {
        invest(5_000, 5_000);
        asset.mint(address(safe), 10_000 * UNIT);
        vault.report();
        skip(6 hours);
        for (uint256 i = 0; i < 500; ++i) {
            asset.mint(address(safe), 2);
            vault.report();
            skip(1);
        }
        skip(6 hours - 500);
        assertApproxEqRel(vault.lockedProfit(), 5_000 * UNIT, 0.001e18, "held back or let go");
    }

    function test_whatTookAMonthIsReleasedOverAMonth() public {
        invest(5_000, 5_000);
        skip(30 days);
        asset.mint(address(safe), 4_110 * UNIT);
        enter(ATTACKER, ALL);
        vault.report();
        skip(1 days);
        assertLe(leave(ATTACKER), ALL + 70 * UNIT, "more than half of a day's worth");
    }

    function test_gainsNotYetBookedMakeGoodForLossesFirst() public {
        invest(5_000, 5_000);
        asset.mint(address(safe), 10_000 * UNIT);
        risky.lose(10_000 * UNIT);
        assertApproxEqAbs(vault.totalAssets(), ALL, 3, "the price dipped");
        enter(ATTACKER, ALL);
        vault.report();
        skip(1 days);
        assertLe(leave(ATTACKER), ALL + 3, "a latecomer gained");
    }

    function test_lossesToRecoverLeaveWithThoseWhoBoreThem() public {
        vault.raiseFee(1_000);
        invest(5_000, 5_000);
        safe.lose(150_000 * UNIT);
        vault.report();
        leave(SAVER);
        assertEq(vault.lossToRecover(), 0, "outlived those who lost");
    }

    function test_aLoanTakesNobodysLockedProfitAlong() public {
        invest(5_000, 5_000);
        vm.prank(SAVER);
        vault.withdraw(ALL - 1_000 * UNIT, SAVER, SAVER);
        asset.mint(address(this), 5_000 * UNIT);
        asset.approve(address(vault), 5_000 * UNIT);
        vault.donate(5_000 * UNIT);
        nextBlock();
        uint256 locked = vault.lockedProfit();
        enter(ATTACKER, ALL);
        leave(ATTACKER);
        assertEq(vault.lockedProfit(), locked, "others' profit went away");
    }

    function test_aLossTakesNobodysLockedProfitAlong(bool writtenDown) public {
        invest(5_000, 5_000);
        vault.report();
        if (writtenDown) {
            vault.writeDown(IERC4626(address(safe)), UNIT);
            vault.writeDown(IERC4626(address(risky)), UNIT);
        } else {
            safe.lose(ALL / 2 - UNIT);
            risky.lose(ALL / 2 - UNIT);
            vault.report();
        }
        asset.mint(address(this), 5_000 * UNIT);
        asset.approve(address(vault), 5_000 * UNIT);
        vault.donate(5_000 * UNIT);
        uint256 locked = vault.lockedProfit();
        uint256 worth = worthOf(SAVER);
        vm.prank(SAVER);
        vault.redeem(1e13, SAVER, SAVER);
        assertApproxEqAbs(vault.lockedProfit(), locked, locked / 1e6, "who stays lost profit");
        assertApproxEqAbs(worthOf(SAVER), worth, 20, "or got it at once");
    }

    function test_whoLeavesTogetherWithAReportLeavesNoWindfall(uint256 gain) public {
        gain = bound(gain, UNIT, 2 * ALL);
        invest(5_000, 5_000);
        asset.mint(address(safe), gain);
        asset.mint(address(risky), gain);
        vault.report();
        leave(SAVER);
        enter(ATTACKER, 10 * UNIT);
        skip(40 days);
        assertLe(leave(ATTACKER), 10 * UNIT + 1, "a windfall");
    }

    function test_theLastToLeaveLeavesNoWindfall() public {
        invest(5_000, 5_000);
        vm.startPrank(SAVER);
        vault.withdraw(ALL - 10_000 * UNIT, SAVER, SAVER);
        vm.stopPrank();
        asset.mint(address(safe), 4_000 * UNIT);
        vault.report();
        leave(SAVER);
        enter(ATTACKER, 10 * UNIT);
        skip(30 days);
        assertLe(leave(ATTACKER), 10 * UNIT + 1, "a windfall");
        nextBlock();
        assertApproxEqRel(enter(ATTACKER, 10 * UNIT), 10 * UNIT * 1e12, 0.6e18, "a broken scale");
    }
}

/// @notice Who gets what comes back of a loss.
contract RecoveryTest is VaultAttackFixture {
    IERC4626 private fallen;

    function setUp() public override {
        super.setUp();
        fallen = IERC4626(address(risky));
    }

    function test_whatWasLostBeforeANewcomerCameIsNotReleasedAtOnceByALaterWriteDown(bool inKind) public {
        invest(6_000, 4_000);
        risky.lose(100_000 * UNIT);
        vault.report();
        enter(ATTACKER, 900_000 * UNIT);
        vault.writeDown(fallen, bookedIn(risky) - UNIT);
        asset.mint(address(risky), 100_000 * UNIT);
        if (inKind) {
            leaveInKind(ATTACKER, vault.balanceOf(ATTACKER), none());
            uint256 got =
                asset.balanceOf(ATTACKER) +
                    risky.previewRedeem(risky.balanceOf(ATTACKER)) +
                    safe.previewRedeem(safe.balanceOf(ATTACKER));
            assertLe(got, 900_001 * UNIT, "took an older loss along");
        } else {
            vault.acceptValue(fallen);
            assertLe(leave(ATTACKER), 900_001 * UNIT, "an older loss was released at once");
        }
    }

    function test_whatCameBackWhileNobodyCouldComeInIsReleasedAtOnce() public {
        invest(6_000, 4_000);
        vault.writeDown(fallen, 100_000 * UNIT);
        vault.acceptValue(fallen);
        assertApproxEqAbs(worthOf(SAVER), ALL, 10, "not what was written down");
        assertEq(vault.lockedProfit(), 0, "locked");
    }

    function test_aFallThatClosedDepositsAndWasBookedIsNobodyElses() public {
        invest(4_000, 6_000);
        risky.lose(600_000 * UNIT);
        vault.report();
        asset.mint(address(risky), 500_000 * UNIT);
        assertEq(vault.maxDeposit(ATTACKER), 0, "open before the curator has looked");
    }

    function test_whoComesInAfterAFallThatNobodyBookedSharesInTheRecoveryOnlyOverTime() public {
        invest(4_000, 6_000);
        risky.lose(600_000 * UNIT);
        assertEq(vault.maxDeposit(ATTACKER), 0, "open below the line");
        // Half of it is back, and nobody has booked anything: the price of the day.
        asset.mint(address(risky), 300_000 * UNIT);
        enter(ATTACKER, 700_000 * UNIT);
        asset.mint(address(risky), 300_000 * UNIT);
        vault.report();
        assertLe(worthOf(ATTACKER), 700_001 * UNIT, "at once");
        skip(31 days);
        assertApproxEqRel(worthOf(ATTACKER), 850_000 * UNIT, 0.001e18, "not as the page says");
    }

    function test_aStrategyThatIsBookedAtNothingAddsNothingToThePriceWhateverItSays(uint256 back) public {
        invest(6_000, 4_000);
        vault.writeOff(fallen);
        risky.lose(400_000 * UNIT);
        vault.acceptValue(fallen);
        risky.setMood(MoodyStrategy.Mood.RevertsOnReading);
        (SharePrice memory price, bool complete) = vault.certainPrice();
        assertTrue(complete, "nothing that is booked is unknown");
        asset.mint(address(risky), bound(back, 0, ALL));
        risky.setMood(MoodyStrategy.Mood.Good);
        vault.report();
        (SharePrice memory later, ) = vault.certainPrice();
        assertEq(later.assets, price.assets, "the price was not certain");
        assertEq(later.shares, price.shares, "a fee on nothing");
    }

    function test_aLoanTakesNothingOfAStrategyThatIsBookedAtNothing(bool readable) public {
        invest(6_000, 4_000);
        risky.lose(400_000 * UNIT);
        vault.report();
        nextBlock();
        if (!readable) {
            asset.mint(address(risky), 400_000 * UNIT);
            risky.setMood(MoodyStrategy.Mood.RevertsOnReading);
        }
        enter(ATTACKER, 100 * ALL);
        leaveInKind(ATTACKER, vault.balanceOf(ATTACKER), none());
        assertEq(risky.balanceOf(ATTACKER), 0, "taken along for nothing");
    }

    function test_aRemovalNeverPaysLessThanIsBooked(uint256 booked) public {
        invest(6_000, 4_000);
        booked = bound(booked, 1, 399_999 * UNIT);
        vault.writeDown(fallen, booked);
        risky.setExitFee(5_000);
        vault.removeStrategy(fallen);
        (, bool listed) = vault.capsOf(fallen);
        if (booked > 200_000 * UNIT) assertTrue(listed || vault.grossAssets() + 2 >= 800_000 * UNIT);
        assertGe(vault.grossAssets() + 2, 600_000 * UNIT + Math.min(booked, 200_000 * UNIT), "paid less");
    }
}

/// @notice What strategies may cost, and what starving them gains.
contract GasAttacksTest is VaultAttackFixture {
    AdversaryStrategy[8] private strategies;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 8; ++i) {
            strategies[i] = new AdversaryStrategy(asset);
            list(strategies[i], type(uint128).max, 1_250);
        }
        enter(SAVER, ALL);
        nextBlock();
        vault.rebalance();
        nextBlock();
    }

    function test_eachExitStaysBelowTenMillionGas(uint8 first, uint8 second) public {
        // Any two ways to be hostile, over the eight strategies.
        for (uint256 i = 0; i < 8; ++i) {
            strategies[i].setMood(MoodyStrategy.Mood(i % 2 == 0 ? first % 16 : second % 16));
        }
        enter(ATTACKER, 0);
        uint256 most = vault.maxWithdraw(SAVER);
        uint256 before = gasleft();
        vm.prank(SAVER);
        try vault.withdraw(most == 0 ? 1 : most, SAVER, SAVER) {} catch {}
        assertLt(before - gasleft(), 10_000_000, "withdraw");
        address[] memory leaveOut = new address[](8);
        for (uint256 i = 0; i < 8; ++i) {
            MoodyStrategy.Mood mood = strategies[i].mood();
            bool stuck =
                mood == MoodyStrategy.Mood.RevertsOnTransfer ||
                    mood == MoodyStrategy.Mood.RevertsOnEverything ||
                    mood == MoodyStrategy.Mood.BurnsGasOnEverything;
            if (stuck) leaveOut[i] = address(strategies[i]);
        }
        uint256 shares = vault.balanceOf(SAVER) / 2;
        before = gasleft();
        vm.prank(SAVER);
        try vault.redeemInKind(shares, SAVER, SAVER, leaveOut) {} catch (bytes memory reason) {
            assertEq(bytes4(reason), IKhipuVault.ZeroAmount.selector, "no way out");
        }
        assertLt(before - gasleft(), 10_000_000, "in kind");
    }

    function test_littleGasLeavesOutNoHealthyStrategy(uint256 gasLimit) public {
        gasLimit = bound(gasLimit, 100_000, 3_000_000);
        vault.lowerCaps(IERC4626(address(strategies[0])), IKhipuVault.Caps(0, 0));
        try vault.rebalance{gas: gasLimit}() {
            assertEq(bookedIn(strategies[0]), 0, "left out");
        } catch {}
    }

    function test_gasLimitsKeepAStrategyReadableAndExitsCheap() public {
        IERC4626 strategy = IERC4626(address(strategies[0]));
        vm.expectRevert(abi.encodeWithSelector(IKhipuVault.GasLimitsOutOfRange.selector, 99_999, 500_000));
        vault.setGasLimits(strategy, 99_999, 500_000);
        vm.expectRevert(abi.encodeWithSelector(IKhipuVault.GasBudgetExceeded.selector, 9_200_000, 9_000_000));
        vault.setGasLimits(strategy, 500_000, 500_000);
        vault.setGasLimits(strategy, 350_000, 600_000);
        assertEq(vault.limitsOf(strategy).readGas, 350_000);
        assertEq(vault.limitsOf(strategy).moveGas, 600_000);
    }
}

/// @notice A vault of vaults, shared markets, and strategies that take nothing.
contract CompositionTest is VaultAttackFixture {
    function test_aPartOfAnInnerVaultThatCannotBeReadDoesNotShutTheOuterOne() public {
        invest(9_900, 100);
        KhipuVault outer = newVault(asset);
        outer.addStrategy(IERC4626(address(vault)), IKhipuVault.Caps(type(uint128).max, 10_000));
        asset.mint(ATTACKER, ALL);
        vm.startPrank(ATTACKER);
        asset.approve(address(outer), ALL);
        outer.deposit(ALL, ATTACKER);
        vm.stopPrank();
        nextBlock();
        outer.rebalance();
        risky.setMood(MoodyStrategy.Mood.RevertsOnEverything);
        assertGt(outer.maxWithdraw(ATTACKER), (ALL * 98) / 100, "shut");
        vm.prank(ATTACKER);
        outer.withdraw((ALL * 98) / 100, ATTACKER, ATTACKER);
    }

    function test_aSharedMarketIsCountedOnce() public {
        invest(5_000, 5_000);
        safe.setLiquid(100_000 * UNIT);
        risky.setLiquid(150_000 * UNIT);
        assertEq(vault.maxWithdraw(SAVER), 250_000 * UNIT);
        vault.setMarket(IERC4626(address(safe)), 7);
        vault.setMarket(IERC4626(address(risky)), 7);
        assertEq(vault.maxWithdraw(SAVER), 150_000 * UNIT);
    }

    function test_aStrategyThatTakesNothingIsRefused() public {
        risky.setRoom(0);
        vm.expectRevert(abi.encodeWithSelector(IKhipuVault.StrategyTakesNothing.selector, address(risky)));
        list(risky, 1, 1);
    }

    function test_smallAmountsKeepWorkingForAHundredYears(uint8 decimals) public {
        decimals =
            decimals % 3 == 0
                ? 6
                : decimals % 3 == 1
                    ? 8
                    : 18;
        uint256 unit = 10 ** decimals;
        asset = new FaucetToken("Test USD", "tUSD", decimals, unit);
        vault = newVault(asset);
        safe = new AdversaryStrategy(asset);
        list(safe, type(uint128).max, 10_000);
        enter(SAVER, unit);
        for (uint256 year = 0; year < 100; ++year) {
            nextBlock();
            vault.rebalance();
            skip(365 days);
            asset.mint(address(safe), bookedIn(safe) / 5);
            vault.report();
        }
        skip(30 days);
        assertGt(worthOf(SAVER), 50_000_000 * unit, "did not grow");
        for (uint256 assets = unit / 100; assets <= 1_000 * unit; assets *= 10) {
            address newcomer = address(uint160(assets));
            enter(newcomer, assets);
            assertApproxEqAbs(worthOf(newcomer), assets, 1 + assets / 1e9, "a small amount lost its worth");
        }
    }
}
