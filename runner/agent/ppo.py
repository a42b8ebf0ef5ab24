"""SB3's PPO with the update of its small networks written out.

The operations are those of SB3's ``PPO.train`` and of its autograd graph, in the same order, so the
weights are the same to the bit. Without graph, modules and distributions it takes a third of the
time: a minibatch of ours is so small that they took longer than the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.utils import explained_variance
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

_BUFFERED = ("observations", "actions", "values", "log_probs", "advantages", "returns")
_NORM_FLOOR = 1e-6  # of torch.nn.utils.clip_grad_norm_
_MEAN = 1  # aten's number of the reduction


class WrittenOutPPO(PPO):
    """PPO for discrete actions and networks of tanh layers on the CPU.

    No ``target_kl``, no ``clip_range_vf``: our settings have none.
    """

    def collect_rollouts(self, *args: Any, **named: Any) -> bool:
        """As SB3 does, with the policy's forward pass written out."""
        self.policy.forward = self._act  # type: ignore[method-assign]
        try:
            return super().collect_rollouts(*args, **named)
        finally:
            del self.policy.forward

    def _act(self, obs: Tensor, deterministic: bool = False) -> tuple[Tensor, Tensor, Tensor]:
        """Sampled actions (n,), values (n, 1), and the actions' log probabilities (n,)."""
        if deterministic:
            raise ValueError("A rollout samples its actions.")
        logits, values = (each.forward(obs) for each in self._networks())
        log_probs = logits - logits.logsumexp(-1, keepdim=True)
        actions = torch.multinomial(torch.softmax(log_probs, -1), 1, replacement=True)
        return actions.squeeze(-1), values, log_probs.gather(-1, actions).squeeze(-1)

    def _networks(self) -> tuple[_Network, _Network]:
        """Actor and critic."""
        policy, hidden = self.policy, self.policy.mlp_extractor
        return (
            _Network([*hidden.policy_net, policy.action_net]),
            _Network([*hidden.value_net, policy.value_net]),
        )

    def train(self) -> None:
        """Update the policy with the collected rollout."""
        policy = self.policy
        policy.set_training_mode(True)
        self._update_learning_rate(policy.optimizer)
        clip = self.clip_range(self._current_progress_remaining)  # type: ignore[operator]
        actor, critic = self._networks()
        adam = _Adam(policy.optimizer)
        done: list[_Loss] = []
        with torch.no_grad():
            for _ in range(self.n_epochs):
                last_epoch = len(done)
                for batch in self._minibatches():
                    logits, values = (
                        actor.forward(batch.observations),
                        critic.forward(batch.observations),
                    )
                    loss = _Loss.of(
                        logits, values.flatten(), batch, clip, self.ent_coef, self.vf_coef
                    )
                    done.append(loss)
                    actor.backward(loss.of_logits)
                    critic.backward(loss.of_values.unsqueeze(1))
                    adam.step(self.max_grad_norm)
                self._n_updates += 1
        self._log(done, last_epoch, clip)

    def _minibatches(self) -> Iterator[_Batch]:
        """One pass over the rollout, as ``RolloutBuffer.get`` draws it."""
        buffer = self.rollout_buffer
        order = torch.from_numpy(np.random.permutation(buffer.buffer_size * buffer.n_envs))
        if not buffer.generator_ready:
            for name in _BUFFERED:
                setattr(buffer, name, buffer.swap_and_flatten(getattr(buffer, name)))
            buffer.generator_ready = True
        every = [torch.from_numpy(getattr(buffer, name)) for name in _BUFFERED if name != "values"]
        for chosen in order.split(self.batch_size):
            observed, *columns = (values.index_select(0, chosen) for values in every)
            yield _Batch(observed, *(column.flatten() for column in columns))

    def _log(self, done: list[_Loss], last_epoch: int, clip: float) -> None:
        buffer, record = self.rollout_buffer, self.logger.record
        record("train/entropy_loss", np.mean([each.entropy for each in done]))
        record("train/policy_gradient_loss", np.mean([each.policy for each in done]))
        record("train/value_loss", np.mean([each.value for each in done]))
        record("train/approx_kl", np.mean([each.approx_kl for each in done[last_epoch:]]))
        record("train/clip_fraction", np.mean([each.clipped for each in done]))
        record("train/loss", done[-1].total)
        explained = explained_variance(buffer.values.flatten(), buffer.returns.flatten())
        record("train/explained_variance", explained)
        record("train/n_updates", self._n_updates, exclude="tensorboard")
        record("train/clip_range", clip)


@dataclass(frozen=True)
class _Batch:
    """A minibatch of n steps."""

    observations: Tensor  # (n, K), float32
    actions: Tensor  # (n,), int64
    log_probs: Tensor  # (n,), of the policy that acted
    advantages: Tensor  # (n,)
    returns: Tensor  # (n,)


class _Network:
    """Linear and tanh layers, and their gradients."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        self.layers = layers
        self._inputs: list[Tensor] = []  # of each layer, then the output

    def forward(self, values: Tensor) -> Tensor:
        self._inputs = [values]
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                values = functional.linear(values, layer.weight, layer.bias)
            else:
                values = torch.tanh(values)
            self._inputs.append(values)
        return values

    def backward(self, gradient: Tensor) -> None:
        """Set the gradients of all weights, from that of the output."""
        for number in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[number]
            if not isinstance(layer, nn.Linear):
                gradient = torch.ops.aten.tanh_backward(gradient, self._inputs[number + 1])
                continue
            layer.weight.grad = gradient.t().mm(self._inputs[number])
            layer.bias.grad = gradient.sum(0)
            if number:
                gradient = gradient.mm(layer.weight)


@dataclass(frozen=True)
class _Loss:
    """PPO's clipped loss of a minibatch, its parts, and its gradients."""

    policy: float
    value: float
    entropy: float
    total: float
    clipped: float  # share of ratios that were clipped
    approx_kl: np.ndarray
    of_logits: Tensor  # gradient, (n, actions)
    of_values: Tensor  # gradient, (n,)

    @classmethod
    def of(
        cls,
        logits: Tensor,
        values: Tensor,
        batch: _Batch,
        clip: float,
        ent_coef: float,
        vf_coef: float,
    ) -> _Loss:
        count, advantages = len(values), batch.advantages
        if count > 1:
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        # torch.distributions.Categorical
        log_norm = logits.logsumexp(-1, keepdim=True)
        log_probs = logits - log_norm
        probs = torch.softmax(log_probs, -1)
        finite = log_probs.clamp(min=torch.finfo(log_probs.dtype).min)
        chosen = batch.actions.unsqueeze(-1)
        log_ratio = log_probs.gather(-1, chosen).squeeze(-1) - batch.log_probs
        ratio = log_ratio.exp()
        plain = advantages * ratio
        limited = advantages * ratio.clamp(1 - clip, 1 + clip)
        policy = -torch.min(plain, limited).mean()
        entropy = -(-(finite * probs).sum(-1)).mean()
        value = functional.mse_loss(batch.returns, values)
        total = policy + ent_coef * entropy + vf_coef * value
        # The gradients, in autograd's order: a sum in another order has other last bits.
        each = values.new_full((count,), -1.0) / count
        halves = torch.where(plain == limited, each / 2, each)
        of_ratio = halves.masked_fill(plain > limited, 0) * advantages
        inside = (ratio >= 1 - clip) & (ratio <= 1 + clip)
        of_ratio += torch.where(inside, halves.masked_fill(plain < limited, 0) * advantages, 0.0)
        of_chosen = torch.zeros_like(logits).scatter_(-1, chosen, (of_ratio * ratio).unsqueeze(-1))
        of_entropy = ent_coef / count
        of_probs = torch.ops.aten._softmax_backward_data(
            finite * of_entropy, probs, -1, logits.dtype
        )
        of_log_probs = probs * of_entropy + of_probs + of_chosen
        of_logits = of_log_probs - of_log_probs.sum(-1, keepdim=True) * log_probs.exp()
        return cls(
            policy.item(),
            value.item(),
            entropy.item(),
            total.item(),
            ((ratio - 1).abs() > clip).float().mean().item(),
            ((log_ratio.exp() - 1) - log_ratio).mean().numpy(),
            of_logits,
            torch.ops.aten.mse_loss_backward(
                values.new_tensor(vf_coef), values, batch.returns, _MEAN
            ),
        )


class _Adam:
    """SB3's optimizer of one group: its own state, without what its ``step`` looks up each time."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer
        (self.group,) = optimizer.param_groups
        self.weights: list[Tensor] = self.group["params"]

    def step(self, max_norm: float) -> None:
        """``torch.nn.utils.clip_grad_norm_``, then ``torch.optim.Adam.step``."""
        gradients = [each.grad for each in self.weights if each.grad is not None]
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        torch._foreach_mul_(gradients, (max_norm / (norm + _NORM_FLOOR)).clamp(max=1.0))
        if not self.optimizer.state:
            self.optimizer.step()  # makes the state
            return
        states = [self.optimizer.state[each] for each in self.weights]
        means = [each["exp_avg"] for each in states]
        squares = [each["exp_avg_sq"] for each in states]
        (first, second), rate = self.group["betas"], self.group["lr"]
        torch._foreach_add_([each["step"] for each in states], 1.0)
        steps = states[0]["step"].item()
        torch._foreach_lerp_(means, gradients, 1 - first)
        torch._foreach_mul_(squares, second)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - second)
        roots = torch._foreach_sqrt(squares)
        torch._foreach_div_(roots, (1 - second**steps) ** 0.5)
        torch._foreach_add_(roots, self.group["eps"])
        torch._foreach_addcdiv_(self.weights, means, roots, -rate / (1 - first**steps))
