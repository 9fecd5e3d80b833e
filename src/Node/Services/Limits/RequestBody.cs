using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services.Limits;

/// <summary>
/// The bytes of a call as they come. A message has to be whole in time, what is held of it is counted, and it has to begin like one.
/// Whoever reads consumes whole messages only.
/// </summary>
/// <param name="inner">Where they come from.</param>
/// <param name="meter">Counts.</param>
/// <param name="isStream">Whether messages may come for as long as the call lasts, with any pause between two.</param>
/// <param name="patience">How long a message may take from its beginning; of a call with one message, from the call's.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestBody(PipeReader inner, CallMeter meter, bool isStream, TimeSpan patience, TimeProvider time) : PipeReader
{
    private const int EnvelopeBytes = 5;
    private const int MostCompressionFlag = 1;

    private ReadOnlySequence<byte> _shown;
    private long _left;
    private long? _began = isStream ? null : time.GetTimestamp();

    public override bool TryRead(out ReadResult result)
    {
        Begin();
        if (!inner.TryRead(out result)) return false;
        Look(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        if (inner.TryRead(out var there)) return new ValueTask<ReadResult>(Look(there));
        return _began is { } began ? ReadAsync(patience - time.GetElapsedTime(began), cancellationToken) : LookAsync(inner.ReadAsync(cancellationToken));
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _left = _shown.Slice(consumed).Length;
        if (isStream && _left < _shown.Length) _began = null;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    // What was read before has been worked on when a stream is read on; what is left of it belongs to the next message, whose time begins here.
    private void Begin()
    {
        if (!isStream) return;
        meter.SetRequest(_left);
        if (_left > 0) _began ??= time.GetTimestamp();
    }

    private async ValueTask<ReadResult> LookAsync(ValueTask<ReadResult> reading) => Look(await reading);

    private async ValueTask<ReadResult> ReadAsync(TimeSpan left, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return Look(await inner.ReadAsync(either.Token));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Errors.Failure(Error.Types.Code.InvalidArgument, $"A message has not come whole within {patience.TotalSeconds} s of its beginning (Replication:RequestTimeout). Send it again, in smaller parts if the link is slow.");
        }
    }

    private static bool BeginsLikeOne(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> envelope = stackalloc byte[EnvelopeBytes];
        var there = (int)Math.Min(EnvelopeBytes, bytes.Length);
        bytes.Slice(0, there).CopyTo(envelope);
        return envelope[0] <= MostCompressionFlag && (there < EnvelopeBytes || BinaryPrimitives.ReadUInt32BigEndian(envelope[1..]) <= int.MaxValue);
    }

    private ReadResult Look(in ReadResult result)
    {
        _shown = result.Buffer;
        if (_shown.IsEmpty) return result;
        _began ??= time.GetTimestamp();
        if (!BeginsLikeOne(_shown))
        {
            inner.AdvanceTo(_shown.Start);
            throw Errors.Failure(Error.Types.Code.InvalidArgument, "What was sent does not begin like a message: before each one stand a byte 0 and its length in 4 bytes.");
        }
        meter.SetRequest(_shown.Length);
        return result;
    }
}
