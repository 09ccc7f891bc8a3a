// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {Test} from "forge-std/Test.sol";
import {console} from "forge-std/console.sol";
import {IRotatingPools} from "../../../contracts/circles/IRotatingPools.sol";
import {RotatingPools} from "../../../contracts/circles/RotatingPools.sol";
import {IVrfConsumer} from "../../../contracts/lottery/IVrfConsumer.sol";
import {IKhipuVault} from "../../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../../contracts/vault/KhipuVault.sol";
import {BlockingToken} from "../../doubles/BlockingToken.sol";
import {FickleCoordinator} from "../../doubles/FickleCoordinator.sol";
import {MoodyStrategy} from "../../doubles/MoodyStrategy.sol";
import {CirclesHandler, Reached} from "./CirclesHandler.t.sol";

/// @notice What is true of circles after any sequence of actions, whatever the vault does. The sentences are the
/// specification. Those about single actions are in the handler, which looks at what each action says.
abstract contract CirclesSentences is Test {
    uint256 internal constant ACTORS = 6;
    uint256 internal constant UNIT = 1e6;

    /// @dev What roundings in strategies and sales of shares can cost somebody in all.
    uint256 internal constant ROUNDINGS = 30;

    BlockingToken internal asset;
    KhipuVault internal vault;
    RotatingPools internal circles;
    CirclesHandler internal handler;

    function isLossy() internal pure virtual returns (bool);

    function deploy() internal {
        asset = new BlockingToken(6);
        MoodyStrategy strategy = new MoodyStrategy(asset);
        address manager = address(new AccessManager(address(this)));
        vault = new KhipuVault(asset, "Khipu Vault", "kv", manager, address(this), 1 days);
        vault.setIdleBuffer(500);
        vault.addStrategy(IERC4626(address(strategy)), IKhipuVault.Caps(type(uint128).max, 10_000));
        // A vault in use: in an empty one, roundings of a strategy would be losses.
        asset.mint(address(this), 1e6 * UNIT);
        asset.approve(address(vault), 1e6 * UNIT);
        vault.deposit(1e6 * UNIT, address(this));
        vault.rebalance();
        FickleCoordinator coordinator = new FickleCoordinator();
        circles = new RotatingPools(
            vault,
            IVrfConsumer.Vrf(IVRFCoordinatorV2Plus(address(coordinator)), bytes32(0), 3, 100_000, true),
            1,
            1 days
        );
        handler = new CirclesHandler(circles, coordinator, strategy, UNIT, isLossy());
    }

    function checkEverySentence() internal view {
        uint256 cash;
        uint256 shares;
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            (uint256 circleCash, uint256 circleShares) = circles.holdingsOf(circleId);
            cash += circleCash;
            shares += circleShares;
            _everyUnitIsSomebodys(circleId, circle, circleCash, circleShares);
            _everybodyIsServedOnce(circleId, circle);
            _whoPaysInTimeIsNotInDefault(circleId);
            if (!isLossy()) _everyPotIsFull(circleId, circle);
        }
        assertGe(asset.balanceOf(address(circles)), cash, "money");
        assertEq(vault.balanceOf(address(circles)), shares, "shares");
    }

    /// What a circle holds is what its members may claim, what they have paid for the running round and for later ones,
    /// its penalties, the deposits of sealed bids, and its members' collateral.
    function _everyUnitIsSomebodys(
        uint256 circleId,
        IRotatingPools.Circle memory circle,
        uint256 cash,
        uint256 shares
    ) private view {
        (, , uint256 sealedBids, uint256 penalties) = circles.roundOf(circleId);
        uint256 owed = penalties + sealedBids * circles.admissionOf(circleId).bidDeposit;
        uint256 owedShares;
        uint256 before = uint256(circle.settled) * circle.contribution;
        for (uint256 i = 0; i < ACTORS; ++i) {
            IRotatingPools.Member memory member = circles.memberOf(circleId, handler.actors(i));
            owed += uint256(member.claimable) + member.collateral;
            if (member.paid > before) owed += member.paid - before;
            owedShares += uint256(member.shares) + member.claimableShares;
            assertLe(member.paid, uint256(circle.members) * circle.contribution, "paid too much");
        }
        assertEq(cash, owed, "cash of a circle");
        assertEq(shares, owedShares, "shares of a circle");
        if (!circle.invested) assertEq(shares, 0, "shares without the vault");
    }

    /// Each settled round has served one member, and no member has been served twice.
    function _everybodyIsServedOnce(uint256 circleId, IRotatingPools.Circle memory circle) private view {
        address[] memory queue = circles.queueOf(circleId);
        assertEq(queue.length, circles.admissionOf(circleId).memberCount, "queue");
        for (uint256 i = 0; i < queue.length; ++i) {
            IRotatingPools.Member memory member = circles.memberOf(circleId, queue[i]);
            assertEq(member.served, i < circle.settled, "served");
            if (member.served) assertEq(member.turn, i, "turn");
            for (uint256 j = 0; j < i; ++j) assertTrue(queue[i] != queue[j], "twice in the queue");
        }
        assertTrue(
            (circle.state == IRotatingPools.State.Completed) == (circle.settled == circle.members),
            "completed"
        );
    }

    /// Who has paid what was asked, when it was asked, is not in default, owes nothing, and has all their collateral;
    /// whatever the vault does, and whatever others pay for them.
    function _whoPaysInTimeIsNotInDefault(uint256 circleId) private view {
        for (uint256 i = 0; i < ACTORS; ++i) {
            address actor = handler.actors(i);
            IRotatingPools.Member memory member = circles.memberOf(circleId, actor);
            if (!handler.isHonest(actor) || !member.joined) continue;
            assertFalse(member.defaulted, "an honest member is in default");
            assertEq(member.used, 0, "an honest member's collateral paid");
            (uint256 arrears, , ) = circles.dueOf(circleId, actor);
            assertEq(arrears, 0, "an honest member owes");
        }
    }

    /// While the vault loses nothing, nobody in a collateralised circle owes anything for a settled round: every pot was
    /// full. In the vault some of the smallest units may be missing, by roundings.
    function _everyPotIsFull(uint256 circleId, IRotatingPools.Circle memory circle) private view {
        bool begun =
            circle.state == IRotatingPools.State.Running || circle.state == IRotatingPools.State.Completed;
        if (!begun || !handler.isCollateralised(circleId)) return;
        address[] memory queue = circles.queueOf(circleId);
        for (uint256 i = 0; i < queue.length; ++i) {
            (uint256 arrears, , ) = circles.dueOf(circleId, queue[i]);
            assertLe(arrears, circle.invested ? ROUNDINGS : 0, "a pot was not full");
        }
    }

    /// Every circle reaches its end without anybody's leave, and then holds nothing that nobody can take.
    function checkTheEnd() internal {
        handler.finish();
        checkEverySentence();
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.State state = circles.circleOf(circleId).state;
            assertTrue(
                state == IRotatingPools.State.Completed || state == IRotatingPools.State.Aborted,
                "no end"
            );
            (uint256 cash, uint256 shares) = circles.holdingsOf(circleId);
            assertEq(cash, 0, "money left");
            assertEq(shares, _sharesOfDebtors(circleId), "shares left");
            _theHonestLoseNoMoreThanWasSaid(circleId);
        }
    }

    /// Nobody is paid while they owe: what is less than a unit, and so pays nothing, stays until they pay.
    function _sharesOfDebtors(uint256 circleId) private view returns (uint256 shares) {
        address[] memory queue = circles.queueOf(circleId);
        for (uint256 i = 0; i < queue.length; ++i) {
            (uint256 arrears, , ) = circles.dueOf(circleId, queue[i]);
            IRotatingPools.Member memory member = circles.memberOf(circleId, queue[i]);
            uint256 theirs = uint256(member.shares) + member.claimableShares;
            if (arrears == 0) continue;
            assertLe(vault.convertToAssets(theirs), 1, "money left to somebody who owes");
            shares += theirs;
        }
    }

    /// Who pays in time takes out of a circle all that was paid for them, less the discount that they offered, and less
    /// at most what the circle's terms say is at risk. While the vault loses nothing, that is what others' collateral
    /// does not cover; to the unit without the vault.
    function _theHonestLoseNoMoreThanWasSaid(uint256 circleId) private view {
        bool invested = circles.circleOf(circleId).invested;
        uint256 atRisk = handler.mostAtRisk(circleId);
        if (invested) atRisk += ROUNDINGS;
        if (!isLossy() && handler.isCollateralised(circleId)) atRisk = invested ? ROUNDINGS : 0;
        for (uint256 i = 0; i < ACTORS; ++i) {
            address actor = handler.actors(i);
            if (!handler.isHonest(actor)) continue;
            uint256 back = handler.takenOut(circleId, actor) + handler.conceded(circleId, actor);
            assertGe(back + atRisk, handler.paidIn(circleId, actor), "an honest member lost");
        }
    }
}

/// @notice Campaigns that count what they reach: a state that matters and was not reached in the first campaigns is a
/// failure, because then nothing was tried.
abstract contract CirclesInvariants is CirclesSentences {
    uint256 private constant CAMPAIGNS = 24;
    uint256 private constant KINDS = 28;

    function setUp() public {
        deploy();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = CirclesHandler.act.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    function invariant_everySentenceHolds() public view {
        checkEverySentence();
    }

    /// @dev A campaign forgets what the one before has counted, so the counts are kept outside.
    function afterInvariant() public {
        checkTheEnd();
        string memory key = isLossy() ? "KHIPU_CIRCLES_REACHED_LOSSY" : "KHIPU_CIRCLES_REACHED";
        uint256[] memory before = vm.envOr(key, ",", new uint256[](KINDS + 1));
        uint256[] memory counts = _words(handler.reached());
        string memory sums = vm.toString(before[0] + 1);
        for (uint256 i = 0; i < KINDS; ++i) {
            counts[i] += before[i + 1];
            sums = string.concat(sums, ",", vm.toString(counts[i]));
        }
        vm.setEnv(key, sums);
        if (before[0] + 1 == CAMPAIGNS) _report(abi.decode(_packed(counts), (Reached)));
    }

    /// @dev A struct of nothing but numbers is so many words.
    function _words(Reached memory reached) private pure returns (uint256[] memory words) {
        bytes memory packed = abi.encode(reached);
        words = new uint256[](packed.length / 32);
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 word;
            assembly {
                word := mload(add(packed, mul(add(i, 1), 32)))
            }
            words[i] = word;
        }
    }

    function _packed(uint256[] memory words) private pure returns (bytes memory packed) {
        for (uint256 i = 0; i < words.length; ++i) packed = bytes.concat(packed, bytes32(words[i]));
    }

    function _report(Reached memory r) private view {
        // These three are so rare that two dozen short campaigns miss them now and then.
        bool isDeep = keccak256(bytes(vm.envOr("KHIPU_PROPERTIES", string("")))) == keccak256("deep");
        _reached("circles started", r.circlesStarted, true);
        _reached("circles completed", r.circlesCompleted, true);
        _reached("started by lot", r.startedByLot, true);
        _reached("rounds settled", r.roundsSettled, true);
        _reached("pots short", r.potsShort, true);
        _reached("defaults", r.defaults, true);
        _reached("defaults with collateral in the vault", r.defaultsInVault, true);
        _reached("penalties out of collateral", r.penaltiesFromCollateral, true);
        _reached("members restored", r.restored, true);
        _reached("paid ahead", r.paidAhead, true);
        _reached("paid late", r.paidLate, true);
        _reached("arrears paid", r.arrearsPaid, true);
        _reached("claims", r.claims, true);
        _reached("claims of shares", r.claimsOfShares, true);
        _reached("divested", r.divested, true);
        _reached("discounts won", r.discountsWon, true);
        _reached("bids forfeited", r.bidsForfeited, true);
        _reached("not filled", r.notFilled, true);
        _reached("not ready", r.notReady, true);
        _reached("no answer", r.noAnswer, isDeep);
        _reached("losses while forming", r.lossesWhileForming, isLossy());
        _reached("losses while running", r.lossesWhileRunning, isLossy());
        _reached("unreadable and fallen at once", r.unreadableAndFallen, isLossy());
        _reached("topped up", r.toppedUp, isLossy());
        _reached("struck out", r.struckOut, isLossy());
        _reached("settlements that wait", r.settlementsWaiting, isDeep && isLossy());
        _reached("claims refused while one waits", r.claimsRefusedToDebtors, isDeep && isLossy());
        _reached("settled while unreadable", r.settledWhileUnreadable, isLossy());
    }

    function _reached(string memory what, uint256 times, bool needed) private pure {
        console.log(what, times);
        if (needed) assertGt(times, 0, what);
    }
}

/// @notice While the vault loses nothing, no honest member of a collateralised circle does.
contract CirclesInvariantsTest is CirclesInvariants {
    function isLossy() internal pure override returns (bool) {
        return false;
    }
}

/// @notice When the vault falls, cannot be read and recovers at any moment, in any order: the same sentences.
contract CirclesInvariantsWithLossTest is CirclesInvariants {
    function isLossy() internal pure override returns (bool) {
        return true;
    }
}
