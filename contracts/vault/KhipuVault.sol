// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {PermitOrAllowance} from "../permit/PermitOrAllowance.sol";
import {IKhipuVault} from "./IKhipuVault.sol";
import {ProfitLock} from "./ProfitLock.sol";
import {SharePrice} from "./SharePrice.sol";
import {StrategyBook} from "./StrategyBook.sol";
import {StrategyReader} from "./StrategyReader.sol";

/// @title KhipuVault
/// @notice See {IKhipuVault}.
contract KhipuVault is StrategyBook, ERC4626, AccessManaged, Multicall, ReentrancyGuardTransient {
    using Math for uint256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev Shares have six decimals more than the asset. With the virtual part of 1e6 shares against the smallest
    /// unit of the asset, whoever tries to push the first savers' price loses a million times what they lose.
    uint8 private constant DECIMALS_OFFSET = 6;

    /// @dev Pools keep shares in 128 bits, and products of shares and assets must fit into 256.
    uint256 private constant MAX_SUPPLY = type(uint128).max;

    uint256 private constant MAX_FEE_BPS = 2_000;

    /// @inheritdoc IKhipuVault
    uint256 public immutable unlockPeriod;

    /// @inheritdoc IKhipuVault
    address public feeRecipient;

    uint16 private _feeBps;
    uint16 private _idleBufferBps;

    /// @param asset_ What is saved. An asset that takes fees on transfers cannot be deposited; one that lowers
    /// balances by itself must not be chosen.
    /// @param name_ Name of the shares.
    /// @param symbol_ Ticker symbol of the shares.
    /// @param authority_ The {AccessManager} that knows the roles.
    /// @param feeRecipient_ Who gets the fee.
    /// @param unlockPeriod_ Over how many seconds profit is released, up to 30 days.
    constructor(
        IERC20 asset_,
        string memory name_,
        string memory symbol_,
        address authority_,
        address feeRecipient_,
        uint256 unlockPeriod_
    ) ERC20(name_, symbol_) ERC4626(asset_) AccessManaged(authority_) {
        if (unlockPeriod_ == 0 || unlockPeriod_ > 30 days) revert UnlockPeriodOutOfRange(unlockPeriod_);
        unlockPeriod = unlockPeriod_;
        _setFeeRecipient(feeRecipient_);
    }

    // --------------------------------------------------------------------------------------------- savers' actions

    /// @inheritdoc IERC4626
    function deposit(
        uint256 assets,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 shares) {
        return _depositAssets(assets, receiver);
    }

    /// @inheritdoc IKhipuVault
    function deposit(
        uint256 assets,
        address receiver,
        uint256 minShares
    ) external nonReentrant returns (uint256 shares) {
        shares = _depositAssets(assets, receiver);
        if (shares < minShares) revert TooFewShares(shares, minShares);
    }

    /// @inheritdoc IKhipuVault
    function depositWithPermit(
        uint256 assets,
        address receiver,
        uint256 minShares,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (uint256 shares) {
        PermitOrAllowance.ensure(asset(), assets, deadline, v, r, s);
        shares = _depositAssets(assets, receiver);
        if (shares < minShares) revert TooFewShares(shares, minShares);
    }

    /// @inheritdoc IKhipuVault
    function usePermit(uint256 assets, uint256 deadline, bytes calldata signature) external {
        PermitOrAllowance.ensure(asset(), assets, deadline, signature);
    }

    /// @inheritdoc IERC4626
    function mint(
        uint256 shares,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 assets) {
        return _mintShares(shares, receiver);
    }

    /// @inheritdoc IKhipuVault
    function mint(
        uint256 shares,
        address receiver,
        uint256 maxAssets
    ) external nonReentrant returns (uint256 assets) {
        assets = _mintShares(shares, receiver);
        if (assets > maxAssets) revert TooManyAssets(assets, maxAssets);
    }

    /// @inheritdoc IERC4626
    function withdraw(
        uint256 assets,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 shares) {
        return _withdrawAssets(assets, receiver, owner);
    }

    /// @inheritdoc IKhipuVault
    function withdraw(
        uint256 assets,
        address receiver,
        address owner,
        uint256 maxShares
    ) external nonReentrant returns (uint256 shares) {
        shares = _withdrawAssets(assets, receiver, owner);
        if (shares > maxShares) revert TooManyShares(shares, maxShares);
    }

    /// @inheritdoc IERC4626
    function redeem(
        uint256 shares,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 assets) {
        return _redeemShares(shares, receiver, owner);
    }

    /// @inheritdoc IKhipuVault
    function redeem(
        uint256 shares,
        address receiver,
        address owner,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        assets = _redeemShares(shares, receiver, owner);
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
    }

    /// @inheritdoc IKhipuVault
    function redeemInKind(
        uint256 shares,
        address receiver,
        address owner,
        address[] calldata leaveOut
    ) external nonReentrant returns (uint256 burned) {
        // Books all profit first: what is not booked yet would else leave with the shares that it is in.
        _report();
        Appraisal memory a = _appraise();
        SharePrice memory price = _price(a);
        uint256 assets = price.toAssetsDown(shares);
        if (assets == 0) revert ZeroAmount();
        uint256 idleAssets = uint256(idle).mulDiv(assets, a.gross);
        uint256 value = idleAssets;
        uint256[] memory parts = new uint256[](a.values.length);
        for (uint256 i = 0; i < parts.length; ++i) {
            IERC4626 strategy = _withdrawalOrder[i];
            if (_contains(leaveOut, address(strategy))) continue;
            Holding memory holding = _holdings[strategy];
            uint256 worth = uint256(holding.assets).mulDiv(assets, a.gross, Math.Rounding.Ceil);
            // Rounded up, but all together never above what the shares are worth: locked profit must stay covered.
            worth = worth.min(assets - value);
            // What is booked was rounded down, so the shares may be worth up to one unit more: whoever leaves gets the
            // shares that `worth` covers for certain. What is booked at nothing is handed over in proportion.
            parts[i] =
                holding.assets == 0
                    ? uint256(holding.shares).mulDiv(assets, a.gross)
                    : uint256(holding.shares).mulDiv(worth, uint256(holding.assets) + 1);
            value += worth;
            _holdings[strategy] = Holding(
                holding.shares - uint128(parts[i]),
                holding.assets - uint128(worth)
            );
            emit StrategyHandedOver(address(strategy), parts[i], worth, holding.assets - worth);
        }
        burned = price.toSharesUp(value).min(shares);
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, burned);
        _burn(owner, burned);
        idle -= uint128(idleAssets);
        emit RedeemedInKind(msg.sender, receiver, owner, idleAssets, value, burned);
        _emitAccounts(a.gross - value);
        IERC20(asset()).safeTransfer(receiver, idleAssets);
        for (uint256 i = 0; i < parts.length; ++i) {
            if (parts[i] > 0) IERC20(address(_withdrawalOrder[i])).safeTransfer(receiver, parts[i]);
        }
    }

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @inheritdoc IKhipuVault
    function report() external nonReentrant returns (uint256 profit, uint256 loss) {
        return _report();
    }

    /// @inheritdoc IKhipuVault
    function rebalance() external nonReentrant {
        Appraisal memory a = _appraise();
        _bookLosses(a);
        uint256 buffer = a.gross.mulDiv(_idleBufferBps, BPS);
        for (uint256 i = 0; i < a.values.length; ++i) {
            IERC4626 strategy = _withdrawalOrder[i];
            uint256 excess = uint256(_holdings[strategy].assets).saturatingSub(_capOf(strategy, a.gross));
            a.values[i] -= _draw(strategy, excess, a.values[i]);
        }
        _gather(buffer, a.values);
        for (uint256 i = 0; i < _supplyOrder.length && idle > buffer; ++i) {
            IERC4626 strategy = _supplyOrder[i];
            uint256 room = _capOf(strategy, a.gross).saturatingSub(_holdings[strategy].assets);
            _supply(strategy, room.min(idle - buffer));
        }
        _emitAccounts(a.gross);
    }

    // ------------------------------------------------------------------------------------ actions that raise risk

    /// @inheritdoc IKhipuVault
    function addStrategy(IERC4626 strategy, Caps calldata caps) external restricted nonReentrant {
        if (_listings[strategy].listed) revert StrategyKnown(address(strategy));
        if (_supplyOrder.length == MAX_STRATEGIES) revert TooManyStrategies(MAX_STRATEGIES);
        address strategyAsset = strategy.asset();
        if (strategyAsset != asset()) revert WrongAsset(address(strategy), strategyAsset);
        _requireSane(caps);
        _supplyOrder.push(strategy);
        _withdrawalOrder.push(strategy);
        emit StrategyAdded(address(strategy), caps.absolute, caps.relativeBps);
        _setCaps(strategy, caps);
    }

    /// @inheritdoc IKhipuVault
    function raiseCaps(IERC4626 strategy, Caps calldata caps) external restricted nonReentrant {
        Listing memory old = _requireListed(strategy);
        if (caps.absolute < old.absoluteCap || caps.relativeBps < old.relativeCapBps) {
            revert CapsOutOfRange(caps.absolute, caps.relativeBps);
        }
        _requireSane(caps);
        _setCaps(strategy, caps);
    }

    /// @inheritdoc IKhipuVault
    function raiseFee(uint256 newFeeBps) external restricted nonReentrant {
        if (newFeeBps < _feeBps || newFeeBps > MAX_FEE_BPS) revert FeeOutOfRange(newFeeBps);
        _changeFee(newFeeBps);
    }

    /// @inheritdoc IKhipuVault
    function setFeeRecipient(address recipient) external restricted nonReentrant {
        // The fee on the profit so far is still the old recipient's.
        _report();
        _setFeeRecipient(recipient);
    }

    /// @inheritdoc IKhipuVault
    function resumeDeposits() external restricted nonReentrant {
        depositsStopped = false;
        emit DepositsResumed(msg.sender);
    }

    /// @inheritdoc IKhipuVault
    function writeOff(IERC4626 strategy) external restricted nonReentrant {
        _requireListed(strategy);
        _report();
        Holding memory holding = _holdings[strategy];
        (bool readable, ) = StrategyReader.valueOf(strategy, holding.shares);
        if (readable) revert StrategyReadable(address(strategy));
        uint256 locked = _lock.remaining();
        _book(strategy, holding.assets, 0);
        _absorb(holding.assets, locked.saturatingSub(holding.assets));
        emit StrategyWrittenOff(address(strategy), holding.assets);
        _emitAccounts(_appraise().gross);
    }

    // ------------------------------------------------------------------- actions that lower risk or only steer it

    /// @inheritdoc IKhipuVault
    function stopDeposits() external restricted nonReentrant {
        depositsStopped = true;
        emit DepositsStopped(msg.sender);
    }

    /// @inheritdoc IKhipuVault
    function lowerCaps(IERC4626 strategy, Caps calldata caps) external restricted nonReentrant {
        Listing memory old = _requireListed(strategy);
        if (caps.absolute > old.absoluteCap || caps.relativeBps > old.relativeCapBps) {
            revert CapsOutOfRange(caps.absolute, caps.relativeBps);
        }
        _setCaps(strategy, caps);
    }

    /// @inheritdoc IKhipuVault
    function removeStrategy(IERC4626 strategy) external restricted nonReentrant {
        _requireListed(strategy);
        _setCaps(strategy, Caps(0, 0));
        _report();
        _drain(strategy);
        if (_holdings[strategy].shares == 0) {
            delete _listings[strategy];
            _removeFrom(_supplyOrder, strategy);
            _removeFrom(_withdrawalOrder, strategy);
            emit StrategyRemoved(address(strategy));
        }
        _emitAccounts(_appraise().gross);
    }

    /// @inheritdoc IKhipuVault
    function lowerFee(uint256 newFeeBps) external restricted nonReentrant {
        if (newFeeBps > _feeBps) revert FeeOutOfRange(newFeeBps);
        _changeFee(newFeeBps);
    }

    /// @inheritdoc IKhipuVault
    function setSupplyOrder(IERC4626[] calldata order) external restricted nonReentrant {
        _requirePermutation(order, _supplyOrder);
        _supplyOrder = order;
        emit SupplyOrderSet(order);
    }

    /// @inheritdoc IKhipuVault
    function setWithdrawalOrder(IERC4626[] calldata order) external restricted nonReentrant {
        _requirePermutation(order, _withdrawalOrder);
        _withdrawalOrder = order;
        emit WithdrawalOrderSet(order);
    }

    /// @inheritdoc IKhipuVault
    function setIdleBuffer(uint256 newBufferBps) external restricted nonReentrant {
        if (newBufferBps > BPS) revert BufferOutOfRange(newBufferBps);
        _idleBufferBps = uint16(newBufferBps);
        emit IdleBufferSet(newBufferBps);
    }

    // ------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IKhipuVault
    function sharePrice() external view returns (SharePrice memory) {
        return _price(_appraise());
    }

    /// @inheritdoc IKhipuVault
    function certainPrice() external view returns (SharePrice memory price, bool complete) {
        // In the middle of something the books say nothing.
        if (_reentrancyGuardEntered()) revert ReentrancyGuardReentrantCall();
        Appraisal memory a = _appraise();
        return (_price(a), a.complete);
    }

    /// @inheritdoc IKhipuVault
    function feeBps() external view returns (uint256) {
        return _feeBps;
    }

    /// @inheritdoc IKhipuVault
    function maxFeeBps() external pure returns (uint256) {
        return MAX_FEE_BPS;
    }

    /// @inheritdoc IKhipuVault
    function idleBufferBps() external view returns (uint256) {
        return _idleBufferBps;
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise();
        return a.gross - a.locked;
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise();
        return _maxDeposit(a, _price(a));
    }

    /// @inheritdoc IERC4626
    function maxMint(address) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise();
        SharePrice memory price = _price(a);
        return price.toSharesDown(_maxDeposit(a, price));
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise();
        return _price(a).toAssetsDown(balanceOf(owner)).min(_liquidity(a));
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise();
        SharePrice memory price = _price(a);
        uint256 owned = balanceOf(owner);
        uint256 available = _liquidity(a);
        return price.toAssetsDown(owned) <= available ? owned : price.toSharesDown(available);
    }

    /// @inheritdoc IERC4626
    function asset() public view override(StrategyBook, ERC4626) returns (address) {
        return ERC4626.asset();
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function _depositAssets(uint256 assets, address receiver) private returns (uint256 shares) {
        (Appraisal memory a, SharePrice memory price) = _accrue();
        uint256 max = _maxDeposit(a, price);
        if (assets > max) revert ERC4626ExceededMaxDeposit(receiver, assets, max);
        shares = price.toSharesDown(assets);
        _enter(a, receiver, assets, shares);
    }

    function _mintShares(uint256 shares, address receiver) private returns (uint256 assets) {
        (Appraisal memory a, SharePrice memory price) = _accrue();
        uint256 max = price.toSharesDown(_maxDeposit(a, price));
        if (shares > max) revert ERC4626ExceededMaxMint(receiver, shares, max);
        assets = price.toAssetsUp(shares);
        _enter(a, receiver, assets, shares);
    }

    function _withdrawAssets(
        uint256 assets,
        address receiver,
        address owner
    ) private returns (uint256 shares) {
        (Appraisal memory a, SharePrice memory price) = _accrue();
        shares = price.toSharesUp(assets);
        if (shares > balanceOf(owner)) {
            revert ERC4626ExceededMaxWithdraw(owner, assets, price.toAssetsDown(balanceOf(owner)));
        }
        _leave(a, receiver, owner, assets, shares);
    }

    function _redeemShares(uint256 shares, address receiver, address owner) private returns (uint256 assets) {
        (Appraisal memory a, SharePrice memory price) = _accrue();
        if (shares > balanceOf(owner)) revert ERC4626ExceededMaxRedeem(owner, shares, balanceOf(owner));
        assets = price.toAssetsDown(shares);
        _leave(a, receiver, owner, assets, shares);
    }

    /// @dev The money comes first and the books after it: a token that calls back meanwhile meets the books as they
    /// were, in which neither the money nor the shares exist.
    function _enter(Appraisal memory a, address receiver, uint256 assets, uint256 shares) private {
        if (shares == 0 && assets > 0) revert ZeroShares(assets);
        uint256 balanceBefore = _ownAssets();
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), assets);
        uint256 received = _ownAssets() - balanceBefore;
        if (received != assets) revert AssetTookFee(assets, received);
        idle += uint128(assets);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
        _emitAccounts(a.gross + assets);
    }

    function _leave(
        Appraisal memory a,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) private {
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        uint256 available = _gather(assets, a.values);
        if (available < assets) revert InsufficientLiquidity(assets, available);
        // Not before: a strategy that looks at the share price while it pays must see shares and assets that match.
        _burn(owner, shares);
        idle -= uint128(assets);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        _emitAccounts(a.gross - assets);
        IERC20(asset()).safeTransfer(receiver, assets);
    }

    /// @dev The books as of now, with all losses in them.
    function _accrue() private returns (Appraisal memory a, SharePrice memory price) {
        a = _appraise();
        _bookLosses(a);
        price = _price(a);
    }

    /// @dev Losses have lowered the price already. Gains do not move it.
    function _report() private returns (uint256 profit, uint256 loss) {
        (Appraisal memory a, SharePrice memory price) = _accrue();
        loss = a.loss;
        for (uint256 i = 0; i < a.values.length; ++i) {
            IERC4626 strategy = _withdrawalOrder[i];
            uint256 booked = _holdings[strategy].assets;
            if (a.values[i] <= booked) continue;
            profit += a.values[i] - booked;
            _book(strategy, booked, a.values[i]);
        }
        uint256 recovered = profit.min(_lossToRecover);
        _lossToRecover -= uint120(recovered);
        uint256 feeAssets = (profit - recovered).mulDiv(_feeBps, BPS);
        // Fee shares take part in what is released later. Priced as if all were released already, they end up worth
        // the fee and no more; until then only so much of the profit counts that the price stays where it was.
        uint256 grossAfter = a.gross + profit;
        uint256 feeShares = feeAssets.mulDiv(price.shares, grossAfter + 1 - feeAssets);
        if (profit > 0) _lock.restart(a.locked, profit - price.toAssetsUp(feeShares), unlockPeriod);
        if (feeShares > 0) _mint(feeRecipient, feeShares);
        emit Reported(msg.sender, profit, loss, feeAssets, feeShares);
        _emitAccounts(grossAfter);
    }

    function _price(Appraisal memory a) private view returns (SharePrice memory) {
        return SharePrice(a.gross - a.locked + 1, totalSupply() + 10 ** DECIMALS_OFFSET);
    }

    /// @dev Nothing while a strategy cannot be valued: nobody could say what the new shares are worth.
    function _maxDeposit(Appraisal memory a, SharePrice memory price) private view returns (uint256) {
        if (depositsStopped || !a.complete) return 0;
        uint256 room = StrategyReader.MAX_VALUE.saturatingSub(a.gross);
        return price.toAssetsDown(MAX_SUPPLY.saturatingSub(totalSupply())).min(room);
    }

    /// @dev For the previews, which are OpenZeppelin's; {_price} is the same price.
    function _decimalsOffset() internal pure override returns (uint8) {
        return DECIMALS_OFFSET;
    }

    function _emitAccounts(uint256 gross) private {
        ProfitLock memory lock = _lock;
        emit AccountsUpdated(gross, totalSupply(), lock.amount, lock.start, lock.end);
    }

    function _changeFee(uint256 newFeeBps) private {
        // The profit so far pays the fee that it was earned under.
        _report();
        _feeBps = uint16(newFeeBps);
        emit FeeSet(newFeeBps);
    }

    function _setFeeRecipient(address recipient) private {
        if (recipient == address(0)) revert ZeroAddress();
        feeRecipient = recipient;
        emit FeeRecipientSet(recipient);
    }

    function _requireListed(IERC4626 strategy) private view returns (Listing memory listing) {
        listing = _listings[strategy];
        if (!listing.listed) revert StrategyUnknown(address(strategy));
    }

    function _requireSane(Caps calldata caps) private pure {
        if (caps.relativeBps > BPS) revert CapsOutOfRange(caps.absolute, caps.relativeBps);
    }

    function _contains(address[] calldata list, address item) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }
}
