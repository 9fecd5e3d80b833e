using Replication.Core.Bootstrapping;
using Replication.Wire;

namespace Replication.Primary.Serving;

/// <summary>The transfers of snapshots that are under way, with a clock and a lock. Thread-safe.</summary>
internal sealed class TransferGate(ServingOptions options, TimeProvider time)
{
    private readonly TransferSlots _slots = new(options.MaxTransfers);
    private readonly SendRate _rate = new(options.SnapshotBytesPerSecond);
    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();

    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>A request for chunks begins; <see cref="Leave"/> ends it.</summary>
    /// <exception cref="Grpc.Core.RpcException">BUSY, with the time to try again.</exception>
    public void Enter(ulong nodeId, long bytes)
    {
        lock (_gate)
        {
            if (_slots.Enter(nodeId, bytes, Now) is { } wait)
                throw Errors.Busy($"{_slots.Nodes} nodes fetch snapshots here already. Try again in {Math.Ceiling(wait.TotalSeconds)} s.", wait);
        }
    }

    /// <summary>Waits until so many bytes of a request may leave.</summary>
    public async ValueTask TurnAsync(ulong nodeId, int bytes, CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_gate)
        {
            _slots.Sent(nodeId, bytes, Now);
            wait = _rate.Take(bytes, Now);
        }
        if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellation);
    }

    /// <summary>A request ends.</summary>
    /// <returns>Whether it is to be counted: see <see cref="TransferSlots.Leave"/>.</returns>
    public bool Leave(ulong nodeId, long snapshot, bool isWhole)
    {
        lock (_gate) return _slots.Leave(nodeId, snapshot, isWhole);
    }
}
