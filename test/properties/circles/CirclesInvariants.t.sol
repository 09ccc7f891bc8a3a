// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {Test} from "forge-std/Test.sol";
import {IRotatingPools} from "../../../contracts/circles/IRotatingPools.sol";
import {RotatingPools} from "../../../contracts/circles/RotatingPools.sol";
import {IVrfConsumer} from "../../../contracts/lottery/IVrfConsumer.sol";
import {IKhipuVault} from "../../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../../contracts/vault/KhipuVault.sol";
import {BlockingToken} from "../../doubles/BlockingToken.sol";
import {FickleCoordinator} from "../../doubles/FickleCoordinator.sol";
import {MoodyStrategy} from "../../doubles/MoodyStrategy.sol";
import {CirclesHandler} from "./CirclesHandler.t.sol";

/// @notice What is true of circles after any sequence of actions, whatever the vault does. The sentences are the
/// specification.
abstract contract CirclesInvariants is Test {
    uint256 internal constant ACTORS = 6;
    uint256 internal constant UNIT = 1e6;

    BlockingToken internal asset;
    KhipuVault internal vault;
    RotatingPools internal circles;
    CirclesHandler internal handler;

    function deploy(bool lossy) internal {
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
            0,
            1 days
        );
        handler = new CirclesHandler(circles, coordinator, strategy, UNIT, lossy);
        targetContract(address(handler));
    }

    function invariant_everySentenceHolds() public view {
        uint256 cash;
        uint256 shares;
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            (uint256 circleCash, uint256 circleShares) = circles.holdingsOf(circleId);
            cash += circleCash;
            if (circle.invested) shares += circleShares;
            else cash += circleShares;
            _everyUnitIsSomebodys(circleId, circle, circleCash, circleShares);
            _everybodyIsServedOnce(circleId, circle);
            checkMore(circleId, circle);
        }
        assertGe(asset.balanceOf(address(circles)), cash, "money");
        assertEq(vault.balanceOf(address(circles)), shares, "shares");
    }

    /// What a circle holds is what its members may claim, what they have paid for the running round, its penalties and
    /// the deposits of sealed bids; and its members' shares.
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
            owed += member.claimable;
            if (member.paid > before) owed += member.paid - before;
            owedShares += member.shares;
            assertLe(
                uint256(member.paid) + member.ahead,
                uint256(circle.members) * circle.contribution,
                "paid too much"
            );
        }
        assertEq(cash, owed, "cash of a circle");
        assertEq(shares, owedShares, "shares of a circle");
    }

    /// Each settled round has served one member, and no member has been served twice.
    function _everybodyIsServedOnce(uint256 circleId, IRotatingPools.Circle memory circle) private view {
        address[] memory queue = circles.queueOf(circleId);
        assertEq(queue.length, circles.admissionOf(circleId).memberCount, "queue");
        for (uint256 i = 0; i < queue.length; ++i) {
            assertEq(circles.memberOf(circleId, queue[i]).served, i < circle.settled, "served");
            for (uint256 j = 0; j < i; ++j) assertTrue(queue[i] != queue[j], "twice in the queue");
        }
        assertTrue(
            (circle.state == IRotatingPools.State.Completed) == (circle.settled == circle.members),
            "completed"
        );
    }

    /// Every circle reaches its end without anybody's leave, and then holds nothing that nobody can take.
    function afterInvariant() public {
        handler.finish();
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.State state = circles.circleOf(circleId).state;
            assertTrue(
                state == IRotatingPools.State.Completed || state == IRotatingPools.State.Aborted,
                "no end"
            );
            (uint256 cash, uint256 shares) = circles.holdingsOf(circleId);
            assertEq(cash, 0, "money left");
            assertEq(shares, 0, "shares left");
        }
        checkTheHonest();
    }

    function checkMore(uint256 circleId, IRotatingPools.Circle memory circle) internal view virtual {}

    function checkTheHonest() internal view virtual;
}

/// @notice While the vault loses nothing, no honest member of a collateralised circle does.
contract CirclesInvariantsTest is CirclesInvariants {
    function setUp() public {
        deploy(false);
    }

    /// @dev The campaign is not in vain: its actions lead through a whole circle.
    function test_theActionsReachTheEnd() public {
        // Four members, with penalties, collateralised, by bids, in the vault.
        handler.create(
            ((50 * UNIT) << 32) + (2 << 96) + (500 << 16) + (1 << 8) + 2,
            (1 << 32) + (2 << 8) + 1
        );
        handler.bid(0, 0, 7 * UNIT, 2);
        handler.bid(0, 1, 9 * UNIT, 2);
        for (uint256 i = 0; i < 4; ++i) handler.pass(22 hours);
        assertEq(circles.circleOf(1).settled, 1, "no round was settled");
        invariant_everySentenceHolds();
        afterInvariant();
    }

    /// Nobody in a collateralised circle owes anything for a settled round: every pot was full. In the vault up to ten
    /// of the smallest units may be missing, by roundings of its strategies.
    function checkMore(uint256 circleId, IRotatingPools.Circle memory circle) internal view override {
        bool begun =
            circle.state == IRotatingPools.State.Running || circle.state == IRotatingPools.State.Completed;
        if (!begun || !handler.isCollateralised(circleId)) return;
        address[] memory queue = circles.queueOf(circleId);
        for (uint256 i = 0; i < queue.length; ++i) {
            (uint256 arrears, , ) = circles.dueOf(circleId, queue[i]);
            assertLe(arrears, circle.invested ? 10 : 0, "a pot was not full");
        }
    }

    /// Who pays in time takes out of a collateralised circle all that was paid for them, less the discount that they
    /// offered; to the unit without the vault, and up to ten of the smallest units with it.
    function checkTheHonest() internal view override {
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            if (!handler.isCollateralised(circleId)) continue;
            for (uint256 i = 0; i < ACTORS; ++i) {
                address actor = handler.actors(i);
                if (!handler.isHonest(actor)) continue;
                uint256 back = handler.takenOut(circleId, actor) + handler.conceded(circleId, actor);
                assertGe(
                    back + (circle.invested ? 10 : 0),
                    handler.paidIn(circleId, actor),
                    "an honest member lost"
                );
            }
        }
    }
}

/// @notice The same books when the vault loses money at any time: nothing gets stuck, and nobody takes what is
/// another's.
contract CirclesInvariantsWithLossTest is CirclesInvariants {
    function setUp() public {
        deploy(true);
    }

    /// Without the vault a circle does not notice.
    function checkTheHonest() internal view override {
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            if (circle.invested || !handler.isCollateralised(circleId)) continue;
            for (uint256 i = 0; i < ACTORS; ++i) {
                address actor = handler.actors(i);
                if (!handler.isHonest(actor)) continue;
                uint256 back = handler.takenOut(circleId, actor) + handler.conceded(circleId, actor);
                assertGe(back, handler.paidIn(circleId, actor), "an honest member lost");
            }
        }
    }
}
