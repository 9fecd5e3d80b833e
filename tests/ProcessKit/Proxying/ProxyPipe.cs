using System.Net.Sockets;

namespace Replication.ProcessKit.Proxying;

/// <summary>One direction of one connection: passes bytes on and does to them what its plan says.</summary>
internal sealed class ProxyPipe(Socket from, Socket to, DirectionPlan plan, Http2Walk walk, FaultCounts counts, SaidBytes? recording, ProxyConnection connection) : IDisposable
{
    private const int ChunkBytes = 16 * 1024;
    private const int TicksPerSecond = 50;

    private readonly IEnumerator<ByteFlip> _flips = plan.Flips.GetEnumerator();
    private readonly byte[] _buffer = new byte[ChunkBytes];
    private ByteFlip? _next;
    private long _passed;

    /// <summary>Runs until the sender has closed its side and the receiver was told, or the plan ended it.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        using var pace = plan.BytesPerSecond > 0 ? new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TicksPerSecond)) : null;
        MoveToNextFlip();
        while (true)
        {
            if (Fault() is { } fault)
            {
                fault();
                await LoseAsync(ending);
                return;
            }
            var length = await from.ReceiveAsync(_buffer.AsMemory(0, Room()), ending);
            if (length == 0) break;
            recording?.Add(_buffer.AsSpan(0, length));
            Change(_buffer.AsSpan(0, length));
            for (var sent = 0; sent < length;) sent += await to.SendAsync(_buffer.AsMemory(sent, length - sent), ending);
            _passed += length;
            if (pace is not null) await pace.WaitForNextTickAsync(ending);
        }
        to.Shutdown(SocketShutdown.Send);
    }

    public void Dispose() => _flips.Dispose();

    private Action? Fault()
    {
        if (_passed == plan.CutAt) return Cut;
        if (_passed == plan.EndAt) return End;
        return _passed == plan.ResetReceiverAt ? ResetReceiver : null;
    }

    // No further than the next thing that happens.
    private int Room()
    {
        var room = (long)ChunkBytes;
        if (plan.BytesPerSecond > 0) room = Math.Min(room, plan.BytesPerSecond / TicksPerSecond);
        foreach (var at in (ReadOnlySpan<long?>)[plan.CutAt, plan.EndAt, plan.ResetReceiverAt])
            if (at - _passed is { } left and > 0)
                room = Math.Min(room, left);
        return (int)room;
    }

    private void Change(Span<byte> bytes)
    {
        var done = 0;
        while (_next is { } flip && flip.At < _passed + bytes.Length)
        {
            var at = (int)(flip.At - _passed);
            walk.Take(bytes[done..at]);
            counts.Flipped(walk.IsInMessage);
            // The walk is over what was sent.
            walk.Take(bytes.Slice(at, 1));
            bytes[at] ^= flip.Mask;
            done = at + 1;
            MoveToNextFlip(flip.At);
        }
        walk.Take(bytes[done..]);
    }

    // Two at one byte could turn the same bit twice.
    private void MoveToNextFlip(long behind = -1)
    {
        do _next = _flips.MoveNext() ? _flips.Current : null;
        while (_next is { } next && next.At <= behind);
    }

    private void Cut()
    {
        counts.Cut();
        connection.Abort();
    }

    private void End()
    {
        counts.Ended();
        to.Shutdown(SocketShutdown.Send);
    }

    private void ResetReceiver()
    {
        counts.Reset();
        connection.Reset(to);
    }

    // The sender goes on, into nothing.
    private async Task LoseAsync(CancellationToken ending)
    {
        while (await from.ReceiveAsync(_buffer.AsMemory(), ending) > 0) ending.ThrowIfCancellationRequested();
    }
}
