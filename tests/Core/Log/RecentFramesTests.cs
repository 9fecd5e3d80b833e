using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Log;

public sealed class RecentFramesTests
{
    private readonly RecentFrames _recent = new(2 * RecentFrames.BlockBytes);
    private LogTail _end = LogTail.Start;

    [Fact]
    public void Batches_are_read_as_they_were_appended_up_to_the_limit()
    {
        var first = Append(3, 100);
        var second = Append(2, 100);

        using var lease = _recent.TryRead(1, limit: 4, out var run);
        Assert.NotNull(lease);
        Assert.Equal((1L, 3L), (run.FirstIndex, run.LastIndex));
        Assert.Equal(first, run.Frames.ToArray());
        using var rest = _recent.TryRead(4, limit: 5, out run);
        Assert.NotNull(rest);
        Assert.Equal(second, run.Frames.ToArray());
        using var both = _recent.TryRead(1, limit: 5, out run);
        Assert.Equal([.. first, .. second], run.Frames.ToArray());
    }

    [Fact]
    public void What_is_not_the_beginning_of_a_batch_is_on_the_disk_only_and_so_is_what_is_beyond_or_before()
    {
        Append(3, 100);

        Assert.Null(_recent.TryRead(2, limit: 3, out _));
        Assert.Null(_recent.TryRead(4, limit: 9, out _));
        Assert.Null(_recent.TryRead(1, limit: 2, out _));
        Assert.Null(_recent.TryRead(0, limit: 9, out _));
    }

    [Fact]
    public void A_run_is_bounded_but_never_less_than_a_batch()
    {
        Append(1, RecentFrames.RunBytes + 1);
        Append(1, 100_000);
        Append(1, 100_000);
        Append(1, 100_000);

        using var large = _recent.TryRead(1, limit: 4, out var run);
        Assert.Equal(1, run.LastIndex);
        using var some = _recent.TryRead(2, limit: 4, out run);
        Assert.Equal(3, run.LastIndex);
    }

    [Fact]
    public void Old_batches_make_room_and_what_somebody_reads_stays_as_it_is_meanwhile()
    {
        var bytes = Append(1, 600_000);
        using var lease = _recent.TryRead(1, limit: 1, out var run);

        for (var i = 0; i < 20; i++) Append(1, 600_000);

        Assert.Equal(bytes, run.Frames.ToArray());
        Assert.Null(_recent.TryRead(1, limit: 1, out _));
        using var newest = _recent.TryRead(21, limit: 21, out _);
        Assert.NotNull(newest);
    }

    [Fact]
    public void A_batch_larger_than_a_block_is_not_kept_and_nothing_before_it()
    {
        Append(1, 100);
        Append(1, RecentFrames.BlockBytes);
        Append(1, 100);

        Assert.Null(_recent.TryRead(1, limit: 3, out _));
        Assert.Null(_recent.TryRead(2, limit: 3, out _));
        using var behind = _recent.TryRead(3, limit: 3, out _);
        Assert.NotNull(behind);
    }

    [Fact]
    public void What_stands_from_a_batch_to_the_end_is_known_to_the_byte_over_blocks()
    {
        var bytes = Enumerable.Range(0, 2).Sum(_ => Append(2, 300_000).Length);

        Assert.Equal(bytes, _recent.BytesFrom(1));
        Assert.Equal(bytes / 2, _recent.BytesFrom(3));
        Assert.Null(_recent.BytesFrom(2));
        Assert.Null(_recent.BytesFrom(0));
    }

    [Fact]
    public void A_batch_that_does_not_follow_begins_anew()
    {
        Append(2, 100);
        _end = new LogTail(new LogPosition(new Epoch(2), 9), 7, 0);
        Append(1, 100);

        Assert.Null(_recent.TryRead(1, limit: 10, out _));
        using var lease = _recent.TryRead(10, limit: 10, out _);
        Assert.NotNull(lease);
    }

    private byte[] Append(int entries, int payload)
    {
        var batch = new LogBatch();
        batch.Restart(_end);
        for (var i = 0; i < entries; i++)
        {
            batch.Payload(payload).Fill((byte)(batch.After.Index + 1));
            batch.Seal(payload, new Epoch(Math.Max(1, _end.Position.Epoch.Number)), EntryKind.Transaction, 0);
        }
        _recent.Append(batch);
        _end = batch.After;
        return batch.Frames.ToArray();
    }
}
