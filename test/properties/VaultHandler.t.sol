// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {AdversaryStrategy, IBorrower} from "../doubles/AdversaryStrategy.sol";
import {MoodyStrategy} from "../doubles/MoodyStrategy.sol";
import {ReachedStates} from "./Campaign.sol";

/// @notice Everything that savers, strangers, roles and strategies can do to a vault, in any order and with any argument:
/// nothing is bounded by what the vault says is possible. What may never happen in one action is checked here; how often
/// each state that matters was reached is counted.
contract VaultHandler is Test, IBorrower, ReachedStates {
    uint256 public constant SAVERS = 3;
    uint256 private constant STRATEGIES = 3;
    uint256 private constant BPS = 10_000;
    uint256 private constant STATES = 25;

    KhipuVault private immutable vault;
    FaucetToken private immutable asset;
    uint256 private immutable unit;
    AdversaryStrategy[STRATEGIES] public strategies;
    address[] public savers;

    /// @dev What the vault had when this second began.
    uint256 private _grossBefore;
    uint256 private _second;

    address private _caller;
    bytes private _inside;

    constructor(
        KhipuVault vault_,
        AdversaryStrategy[STRATEGIES] memory strategies_,
        uint256 unit_
    ) ReachedStates(_statesThatMatter()) {
        vault = vault_;
        asset = FaucetToken(vault_.asset());
        strategies = strategies_;
        unit = unit_;
        for (uint160 i = 0; i < SAVERS; ++i) {
            savers.push(address(0x5A7E0 + i));
            vm.prank(savers[i]);
            asset.approve(address(vault), type(uint256).max);
        }
        asset.approve(address(vault), type(uint256).max);
    }

    /// @dev What ruins a whole run happens seldom: else nothing that needs a sound vault would ever be reached.
    modifier seldom(uint256 dice) {
        if (uint256(keccak256(abi.encode(dice))) % 4 != 0) return;
        _;
    }

    // ------------------------------------------------------------------------------- what no action may ever do

    /// @dev No action of a saver or a stranger takes from those who do nothing, or gives to them at once.
    modifier fair() {
        _noteSecond();
        uint256 shares = vault.convertToShares(1e6 * unit);
        uint256 before = vault.convertToAssets(shares);
        (, bool complete) = vault.certainPrice();
        uint256 supply = vault.totalSupply();
        uint256 locked = vault.lockedProfit();
        _;
        uint256 afterwards = vault.convertToAssets(shares);
        // A few units of all that there is, which may be little.
        uint256 rounding = before / 1e5 + 1_000 + (_coarseness() * before) / (vault.totalAssets() + 1);
        // Who leaves in kind while something cannot be read takes a part of a loss along that locked profit would have
        // borne: so much more is locked, for those who stay.
        if (!complete) {
            uint256 more = vault.lockedProfit() - Math.min(locked, vault.lockedProfit());
            rounding += Math.mulDiv(
                more,
                shares,
                vault.totalSupply() + 10 ** (vault.decimals() - asset.decimals())
            );
        }
        assertGe(afterwards + rounding, before, "an action took from those who did nothing");
        // Who leaves while something cannot be read, or leaves something out, leaves it to the others.
        // Where hardly anybody is left, roundings of all times are the price.
        bool somebody =
            Math.min(supply, vault.totalSupply()) > 1e6 * 10 ** (vault.decimals() - asset.decimals());
        if (complete && somebody && !_gaveUp)
            assertLe(afterwards, before + rounding, "a gain was released at once");
        _gaveUp = false;
    }

    /// @dev Each draw of an action can cost a share of a strategy by rounding, which after losses is worth many units.
    function _coarseness() private view returns (uint256 units) {
        units = 16;
        for (uint256 i = 0; i < STRATEGIES; ++i) {
            try strategies[i].convertToAssets(1) returns (uint256 one) {
                units += 8 * Math.min(one, 1e4);
            } catch {}
        }
    }

    bool private _gaveUp;

    function _noteSecond() private {
        if (_second == block.timestamp) return;
        _second = block.timestamp;
        _grossBefore = vault.grossAssets();
    }

    /// @dev What a strategy wins back of a loss that is not booked was the vault's all along: nobody has brought it.
    function _noteRecovery(uint256 gross) private {
        uint256 now_ = vault.grossAssets();
        if (now_ > gross) _grossBefore += now_ - gross;
    }

    // ------------------------------------------------------------------------------------------- savers and strangers

    function deposit(uint256 who, uint256 assets) public fair {
        address saver = _saver(who);
        assets = assets % (1e9 * unit);
        asset.mint(saver, assets);
        bool closed = _mustBeClosed();
        vm.prank(saver);
        try vault.deposit(assets, saver) {
            assertFalse(closed && assets > 0, "somebody came in while nobody may");
            _count("deposit");
        } catch {
            if (closed) _count("deposits closed");
        }
    }

    function withdraw(uint256 who, uint256 assets) public fair {
        address saver = _saver(who);
        uint256 worth = vault.convertToAssets(vault.balanceOf(saver));
        assets = assets % 4 == 0 ? worth + 1 : assets % (2 * worth + 1);
        vm.prank(saver);
        try vault.withdraw(assets, saver, saver) {
            assertLe(assets, worth, "withdrew more than one's part");
            _count("withdraw");
        } catch {}
    }

    function redeem(uint256 who, uint256 shares) external fair {
        address saver = _saver(who);
        shares = shares % (2 * vault.balanceOf(saver) + 1);
        uint256 worth = vault.convertToAssets(shares);
        vm.prank(saver);
        try vault.redeem(shares, saver, saver) returns (uint256 assets) {
            assertLe(assets, worth, "redeemed more than one's part");
            _count("redeem");
        } catch {}
    }

    /// @dev Everybody goes, the fee recipient too.
    function leave(uint256 dice) external seldom(dice) fair {
        for (uint256 i = 0; i <= SAVERS; ++i) {
            address who = i < SAVERS ? savers[i] : vault.feeRecipient();
            uint256 shares = vault.balanceOf(who);
            vm.prank(who);
            try vault.redeem(shares, who, who) {} catch {}
        }
        // Where nobody does nothing, nobody gains.
        _gaveUp = true;
        if (vault.totalSupply() == 0) _count("all left");
    }

    function redeemInKind(uint256 who, uint256 shares, uint8 leftOut) external fair {
        address saver = _saver(who);
        shares = shares % (2 * vault.balanceOf(saver) + 1);
        uint256 supply = vault.totalSupply();
        uint256 owned = vault.balanceOf(saver);
        uint256[STRATEGIES] memory held;
        uint256[STRATEGIES] memory had;
        address[] memory leaveOut = new address[](STRATEGIES);
        for (uint256 i = 0; i < STRATEGIES; ++i) {
            held[i] = vault.holdingOf(IERC4626(address(strategies[i]))).shares;
            had[i] = strategies[i].balanceOf(saver);
            if (leftOut & (1 << i) != 0) leaveOut[i] = address(strategies[i]);
        }
        vm.prank(saver);
        try vault.redeemInKind(shares, saver, saver, leaveOut) {
            _gaveUp = true;
            _count("in kind");
            if (leftOut % 8 != 0) _count("in kind, left out");
            // The fee of a report in it makes the supply larger, never smaller.
            uint256 burned = owned - vault.balanceOf(saver);
            assertEq(burned, shares, "not what was asked for");
            for (uint256 i = 0; i < STRATEGIES; ++i) {
                assertLe(
                    strategies[i].balanceOf(saver) - had[i],
                    Math.mulDiv(held[i], burned, supply),
                    "more than one's part of a strategy"
                );
            }
        } catch {}
    }

    function report() public fair {
        uint256[STRATEGIES] memory booked;
        for (uint256 i = 0; i < STRATEGIES; ++i) booked[i] = _booked(i);
        uint256 fee = vault.balanceOf(vault.feeRecipient());
        (uint256 profit, uint256 loss) = vault.report();
        // Bit by bit is no more than at once.
        vault.report();
        if (vault.balanceOf(vault.feeRecipient()) > fee) _count("fee");
        if (profit > 0 && loss > 0) _count("a gain made good for a loss");
        if (profit > 0) _count("profit");
        if (loss > profit) _count("loss booked");
        for (uint256 i = 0; i < STRATEGIES; ++i) {
            assertLe(_booked(i), 2 * booked[i], "more than what was in it was believed");
            if (_booked(i) > booked[i] && strategies[i].exaggeration() > 1e18) _count("a lie was booked");
        }
    }

    function rebalance() public fair {
        uint256[STRATEGIES] memory held;
        bool[STRATEGIES] memory halted;
        for (uint256 i = 0; i < STRATEGIES; ++i) {
            held[i] = vault.holdingOf(_strategy(i)).shares;
            (, halted[i], , ) = vault.lossOf(_strategy(i));
        }
        try vault.rebalance() {
            uint256 base = Math.min(_grossBefore, vault.grossAssets());
            for (uint256 i = 0; i < STRATEGIES; ++i) {
                if (vault.holdingOf(_strategy(i)).shares <= held[i]) continue;
                _count("supplied");
                (IKhipuVault.Caps memory caps, ) = vault.capsOf(_strategy(i));
                uint256 cap = Math.min(caps.absolute, (base * caps.relativeBps) / BPS);
                assertLe(_booked(i), cap + base / 1e6 + 10, "money above a cap");
                assertFalse(halted[i], "money for a strategy that has lost some");
            }
        } catch {}
    }

    function donate(uint256 assets) external fair {
        assets = assets % (1e6 * unit);
        asset.mint(address(this), assets);
        try vault.donate(assets) {} catch {}
    }

    /// @dev Comes in with any sum, has the vault report and rebalance, and goes again, all in one second.
    function borrow(uint256 loan, bool reports, bool inKind) external fair {
        loan = (loan % 1e12) * (loan % 2 == 0 ? unit : unit / 1e6);
        asset.mint(address(this), loan);
        uint256 had = _wealth();
        try vault.deposit(loan, address(this)) returns (uint256 shares) {
            if (reports) vault.report();
            rebalance();
            address[] memory none = new address[](0);
            if (inKind) try vault.redeemInKind(shares, address(this), address(this), none) {} catch {}
            else try vault.redeem(shares, address(this), address(this)) {} catch {}
            rebalance();
            if (vault.balanceOf(address(this)) == 0) {
                assertLe(_wealth(), had + had / 1e9 + 1_000, "a loan paid");
                _count("loan");
            } else {
                // What could not be had is somebody's.
                vault.transfer(savers[0], vault.balanceOf(address(this)));
            }
        } catch {}
    }

    /// @dev Calls the vault from within a strategy that has locked its views.
    function callBack(uint256 which, uint256 who, uint256 amount, uint8 what) external fair {
        _caller = _saver(who);
        uint256 shares = amount % (vault.balanceOf(_caller) + 1);
        if (what % 4 == 0) _inside = abi.encodeCall(IERC4626.redeem, (shares, _caller, _caller));
        else if (what % 4 == 1) _inside = abi.encodeCall(IERC4626.deposit, (amount % (1e6 * unit), _caller));
        else if (what % 4 == 2) _inside = abi.encodeCall(IKhipuVault.report, ());
        else _inside = abi.encodeCall(IKhipuVault.redeemInKind, (shares, _caller, _caller, new address[](0)));
        // In kind, what a strategy has gained since the last report goes along: its value is not known.
        if (what % 4 == 3) vault.report();
        asset.mint(_caller, amount % (1e6 * unit));
        strategies[which % STRATEGIES].flashLoan();
        delete _inside;
        _gaveUp = true;
        _count("callback");
    }

    function onLoan() external {
        if (_inside.length == 0) return;
        vm.prank(_caller);
        (bool done, ) = address(vault).call(_inside);
        if (done) _count("callback went through");
    }

    // ------------------------------------------------------------------------------------------------------ strategies

    function earn(uint256 which, uint256 assets) public {
        _noteSecond();
        uint256 gross = vault.grossAssets();
        asset.mint(address(strategies[which % STRATEGIES]), assets % (1e6 * unit));
        _noteRecovery(gross);
    }

    function lose(uint256 which, uint256 part) public {
        _noteSecond();
        AdversaryStrategy strategy = strategies[which % STRATEGIES];
        uint256 there = asset.balanceOf(address(strategy));
        // Mostly small, at times everything.
        uint256 lost = part % 11 == 0 ? there : Math.mulDiv(there, part % 1e6, 1e7);
        if (lost == 0) return;
        strategy.lose(lost);
        _count("loss");
        (, bool complete) = vault.certainPrice();
        if (!complete) _count("fallen while something is unreadable");
    }

    /// @dev A good time: all can be read and paid, one earns, or says so, and another may lose a little.
    function season(uint256 which, uint256 gain, uint256 lossPart, uint256 lie) external {
        heal();
        earn(which, gain);
        if (lie % 3 == 0) strategies[which % STRATEGIES].exaggerate(1e18 + (lie % 2e18));
        if (lossPart % 2 == 0) lose((which % STRATEGIES) + 1, (lossPart % 1_000) * 11 + 1);
        report();
    }

    /// @dev While one takes or pays other amounts than it says, money goes in and out.
    function cheat(uint256 which, uint8 how, uint256 amount) external {
        heal();
        deposit(which, amount);
        pass(1);
        strategies[which % STRATEGIES].setMood(MoodyStrategy.Mood(8 + (how % 5)));
        rebalance();
        withdraw(which, amount);
        _count("money moved while one cheats");
    }

    /// @dev While one cannot be read, another falls.
    function hideAndLose(uint256 which, uint256 part) external {
        _noteSecond();
        strategies[which % STRATEGIES].setMood(MoodyStrategy.Mood.RevertsOnReading);
        lose((which % STRATEGIES) + 1, part);
    }

    function change(uint256 which, uint8 mood, uint256 liquid, uint256 factor) external {
        _noteSecond();
        uint256 gross = vault.grossAssets();
        AdversaryStrategy strategy = strategies[which % STRATEGIES];
        strategy.setMood(MoodyStrategy.Mood(mood % 3 == 0 ? mood % 16 : 0));
        strategy.setLiquid(liquid % 5 == 0 ? liquid % (1e6 * unit) : type(uint256).max);
        // Mostly somewhat, at times a hundred thousand times too much.
        strategy.exaggerate(factor % 3 == 0 ? factor % (factor % 2 == 0 ? 1e24 : 3e18) : 1e18);
        _noteRecovery(gross);
        (, bool complete) = vault.certainPrice();
        if (!complete) _count("incomplete price");
    }

    function seize(uint256 which, uint256 shares) external {
        _noteSecond();
        AdversaryStrategy strategy = strategies[which % STRATEGIES];
        if (shares % 3 != 0) return;
        shares = shares % (strategy.balanceOf(address(vault)) / 4 + 1);
        try strategy.seize(address(vault), shares) {
            if (shares > 0) _count("shares taken by force");
        } catch {}
    }

    function pass(uint32 time) public {
        skip((time % 3 == 0 ? time % 40 days : time % 1 hours) + 1);
        _noteSecond();
    }

    // ----------------------------------------------------------------------------------------------------------- roles

    function writeDown(uint256 which, uint256 assets) external {
        if (assets % 3 != 0) return;
        _noteSecond();
        try vault.writeDown(_strategy(which), assets % (_booked(which % STRATEGIES) + 1)) {
            _count("written down");
        } catch {}
    }

    function accept(uint256 which) external {
        if (which % 2 != 0) return;
        _noteSecond();
        try vault.acceptValue(_strategy(which)) {
            _count("accepted");
        } catch {}
    }

    function remove(uint256 which) external {
        _noteSecond();
        (, , , bool impaired) = vault.lossOf(_strategy(which));
        if (!impaired && which % 4 != 0) return;
        try vault.removeStrategy(_strategy(which)) {
            (, bool listed) = vault.capsOf(_strategy(which));
            if (!listed) _count(impaired ? "removed after a loss" : "removed");
        } catch {}
    }

    function list(uint256 which, uint128 absolute, uint16 relativeBps) external {
        _noteSecond();
        (, bool listed) = vault.capsOf(_strategy(which));
        IKhipuVault.Caps memory caps = IKhipuVault.Caps(absolute, relativeBps % 10_001);
        if (!listed) try vault.addStrategy(_strategy(which), caps) {} catch {}
        else try vault.raiseCaps(_strategy(which), caps) {} catch {}
    }

    function stop(uint256 dice) external {
        _noteSecond();
        if (dice % 5 == 0) vault.stopDeposits();
        else vault.resumeDeposits();
    }

    function setFee(uint16 feeBps) external {
        _noteSecond();
        feeBps = feeBps % 2_001;
        if (feeBps > vault.feeBps()) vault.raiseFee(feeBps);
        else vault.lowerFee(feeBps);
    }

    // ---------------------------------------------------------------------------------------------------------- inside

    /// @notice Makes every strategy well again.
    function heal() public {
        _noteSecond();
        uint256 gross = vault.grossAssets();
        for (uint256 i = 0; i < STRATEGIES; ++i) {
            strategies[i].setMood(MoodyStrategy.Mood.Good);
            strategies[i].setLiquid(type(uint256).max);
            strategies[i].exaggerate(1e18);
        }
        _noteRecovery(gross);
    }

    function _mustBeClosed() private view returns (bool closed) {
        (, bool complete) = vault.certainPrice();
        closed = !complete || vault.depositsStopped();
        for (uint256 i = 0; i < STRATEGIES; ++i) {
            (, , , bool impaired) = vault.lossOf(IERC4626(address(strategies[i])));
            closed = closed || impaired;
        }
    }

    function _wealth() private view returns (uint256 assets) {
        assets = asset.balanceOf(address(this));
        for (uint256 i = 0; i < STRATEGIES; ++i) {
            uint256 shares = strategies[i].balanceOf(address(this));
            if (shares == 0) continue;
            // What it says is its price, unless it exaggerates: nobody would pay that.
            uint256 says = Math.mulDiv(
                strategies[i].convertToAssets(shares),
                strategies[i].exaggeration(),
                1e18
            );
            assets += Math.min(strategies[i].convertToAssets(shares), says);
        }
    }

    function _booked(uint256 i) private view returns (uint256) {
        return vault.holdingOf(IERC4626(address(strategies[i]))).assets;
    }

    function _strategy(uint256 which) private view returns (IERC4626) {
        return IERC4626(address(strategies[which % STRATEGIES]));
    }

    function _saver(uint256 who) private view returns (address) {
        return savers[who % SAVERS];
    }

    function _statesThatMatter() private pure returns (string[] memory states) {
        string[STATES] memory list = [
            "deposit",
            "withdraw",
            "redeem",
            "all left",
            "in kind",
            "in kind, left out",
            "deposits closed",
            "profit",
            "fee",
            "loss booked",
            "a gain made good for a loss",
            "a lie was booked",
            "supplied",
            "loan",
            "callback",
            "callback went through",
            "loss",
            "money moved while one cheats",
            "fallen while something is unreadable",
            "incomplete price",
            "shares taken by force",
            "written down",
            "accepted",
            "removed",
            "removed after a loss"
        ];
        states = new string[](STATES);
        for (uint256 i = 0; i < STATES; ++i) states[i] = list[i];
    }
}
