using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

public sealed class LogBatchTests
{
    [Fact]
    public void Frames_of_another_node_are_taken_over_byte_for_byte()
    {
        var written = TestLog.Batch(LogTail.Start, 0, 10, 300_000, 0);
        var taken = new LogBatch();
        taken.Restart(LogTail.Start);

        foreach (var frame in TestLog.Split(new FrameRun(1, 4, written.Frames))) taken.AppendVerified(frame, FrameHeader.Read(frame));

        Assert.Equal(written.Frames.ToArray(), taken.Frames.ToArray());
        Assert.Equal((written.Before, written.After, written.First, 4), (taken.Before, taken.After, taken.First, taken.Count));
    }

    [Fact]
    public void Nothing_is_in_a_batch_before_it_is_sealed()
    {
        var batch = new LogBatch();
        batch.Restart(new LogTail(new LogPosition(new Epoch(1), 5), 7, 9));

        batch.Payload(100).Fill(1);
        Assert.True(batch.IsEmpty);
        batch.Payload(1)[0] = 2;
        var header = batch.Seal(1, new Epoch(1), EntryKind.Transaction, 1);

        Assert.Equal((6L, 7u, 9L, 37), (header.Index, header.PreviousCrc, header.TimestampMicros, header.Length));
        Assert.Equal(2, batch.Frames.Span[^1]);
        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public void A_new_reign_may_begin_with_an_earlier_time()
    {
        var batch = new LogBatch();
        batch.Restart(new LogTail(new LogPosition(new Epoch(1), 5), 7, TimestampMicros: 9));

        batch.Payload(0);
        var header = batch.Seal(0, new Epoch(2), EntryKind.EpochStart, 3);

        Assert.Equal(3, header.TimestampMicros);
    }

    [Fact]
    public void A_batch_is_used_again_behind_its_end_however_large_it_was()
    {
        var batch = TestLog.Batch(LogTail.Start, 0, 20_000_000);
        var end = batch.After;

        batch.Restart(end);
        batch.Payload(3).Fill(9);
        batch.Seal(3, TestLog.Epoch, EntryKind.Transaction, 5_000);

        Assert.Equal((end, 1, 3L), (batch.Before, batch.Count, batch.After.Index));
        Assert.Equal(FrameReading.Frame, FrameReader.TryRead(batch.Frames.Span, out _));
    }
}
