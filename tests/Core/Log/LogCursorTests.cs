using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

public sealed class LogCursorTests
{
    [Theory]
    [InlineData(1024)]
    [InlineData(8192)]
    [InlineData(1 << 20)]
    public void A_cursor_reads_every_entry_from_every_place(int segmentBytes)
    {
        using var log = TestLog.Create(segmentBytes);
        log.Append(0);
        for (var i = 0; i < 20; i++) log.Append(i * 13, 400, i);
        log.Log.MarkIdle(0);

        for (var from = 1; from <= log.Frames.Count; from++)
            Assert.Equal(log.Frames.Skip(from - 1), TestLog.ReadAll(log.Log, from));
    }

    [Fact]
    public void Entries_larger_and_smaller_than_the_read_buffer_come_whole()
    {
        using var log = TestLog.Create(segmentBytes: 1 << 20);
        log.Append(0);
        log.Append(256 * 1024, 10, (256 * 1024) - FrameHeader.Size, 3);
        for (var i = 0; i < 40; i++) log.Append(50_000 + i, 7);
        log.Append(700_000, 1, 700_000);

        Assert.Equal(log.Frames, TestLog.ReadAll(log.Log));
    }

    [Fact]
    public void A_read_stops_at_the_limit_and_goes_on_behind_it()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        for (var i = 0; i < 6; i++) log.Append(200, 200, 200);
        using var cursor = log.Log.OpenCursor(1);

        for (var limit = 1; limit <= log.Frames.Count; limit++)
        {
            var run = cursor.Read(limit);
            Assert.Equal((limit, limit), (run.FirstIndex, run.LastIndex));
            Assert.Equal(log.Frames[limit - 1], run.Frames.ToArray());
            Assert.True(cursor.Read(limit).IsEmpty);
        }
    }

    [Fact]
    public void Any_number_of_cursors_at_the_end_share_one_copy_and_read_nothing_from_the_disk_and_one_that_falls_behind_does()
    {
        using var log = TestLog.Create(segmentBytes: 1 << 20);
        log.Log.Remember(2 * RecentFrames.BlockBytes);
        log.Append(0);
        var cursors = Enumerable.Range(0, 5).Select(_ => log.Log.OpenCursor(1)).ToList();
        var reads = 0;
        log.Files.Before = operation => reads += operation.Label == FileLabel.LogRead ? 1 : 0;

        for (var i = 0; i < 10; i++)
        {
            log.Append(300, i, 300);
            foreach (var cursor in cursors.Skip(1)) _ = Exhaust(cursor, log);
        }
        Assert.Equal(0, reads);
        for (var i = 0; i < 20; i++) log.Append(200_000 + i);

        Assert.Equal(log.Frames, Exhaust(cursors[0], log));
        Assert.NotEqual(0, reads);
        log.Append(5);
        Assert.All(cursors, cursor => Assert.Equal(log.Frames[^1], Exhaust(cursor, log)[^1]));
        cursors.ForEach(cursor => cursor.Dispose());

        static List<byte[]> Exhaust(LogCursor cursor, TestLog log)
        {
            var frames = new List<byte[]>();
            for (var run = cursor.Read(log.Log.Durable.Index); !run.IsEmpty; run = cursor.Read(log.Log.Durable.Index)) frames.AddRange(TestLog.Split(run));
            return frames;
        }
    }

    [Fact]
    public void A_header_is_read_without_moving_on()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        for (var i = 0; i < 6; i++) log.Append(300, 300);
        using var cursor = log.Log.OpenCursor(1);

        for (var index = 1; index <= log.Frames.Count; index++)
        {
            Assert.Equal(FrameHeader.Read(log.Frames[index - 1]), cursor.ReadHeader());
            Assert.Equal(FrameHeader.Read(log.Frames[index - 1]), cursor.ReadHeader());
            Assert.Equal(log.Frames[index - 1], cursor.Read(index).Frames.ToArray());
        }
    }

    [Fact]
    public void A_cursor_at_the_end_finds_what_is_appended_later_also_in_a_new_segment()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        using var cursor = log.Log.OpenCursor(2);
        Assert.True(cursor.Read(1).IsEmpty);

        for (var i = 0; i < 10; i++)
        {
            log.Append(300);
            var run = cursor.Read(log.Log.Durable.Index);
            Assert.Equal(log.Frames[^1], run.Frames.ToArray());
        }

        Assert.InRange(log.Segments.Count, 4, 10);
    }

    [Fact]
    public void A_cursor_beside_an_appending_thread_sees_every_entry_once_and_in_order()
    {
        using var log = TestLog.Create(segmentBytes: 64 * 1024);
        log.Append(0);
        using var started = new Barrier(2);
        var writer = new Thread(() =>
        {
            started.SignalAndWait();
            for (var i = 0; i < 1500; i++) log.Append(i % 200, 60, i % 7);
        });
        writer.Start();
        started.SignalAndWait();
        using var cursor = log.Log.OpenCursor(1);
        var read = new List<byte[]>();

        while (read.Count < 4501)
        {
            var run = cursor.Read(log.Log.Durable.Index);
            if (!run.IsEmpty) Assert.Equal(read.Count + 1, run.FirstIndex);
            read.AddRange(TestLog.Split(run));
        }
        writer.Join();

        Assert.Equal(log.Frames, read);
    }

    [Fact]
    public void A_cursor_for_an_entry_that_was_removed_says_where_the_log_begins()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        for (var i = 0; i < 6; i++) log.Append(800);
        using var waiting = log.Log.OpenCursor(2);
        log.Log.PruneBefore(6);

        var opening = Assert.Throws<LogPrunedException>(() => log.Log.OpenCursor(2));
        var reading = Assert.Throws<LogPrunedException>(() => waiting.Read(log.Log.Durable.Index));

        Assert.Equal((6, 6), (opening.Lowest, reading.Lowest));
        Assert.Contains("Begin from a snapshot", opening.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cursor_inside_a_segment_that_is_removed_reads_it_to_its_end()
    {
        using var log = TestLog.Create(segmentBytes: 1 << 20);
        log.Append(0);
        for (var i = 0; i < 8; i++) log.Append(120_000);
        log.Append(400_000);
        using var cursor = log.Log.OpenCursor(1);
        var read = TestLog.Split(cursor.Read(2)).ToList();
        Assert.InRange(log.Log.PruneBefore(10), 1, 1);

        while (cursor.NextIndex < log.Log.FirstIndex) read.AddRange(TestLog.Split(cursor.Read(log.Log.Durable.Index)));

        Assert.Equal(log.Frames.Take(read.Count), read);
        Assert.Equal(log.Frames.Skip(read.Count), TestLog.Split(cursor.Read(log.Log.Durable.Index)));
    }

    [Fact]
    public void Every_flipped_byte_of_an_entry_is_noticed_by_the_cursor_that_reads_it()
    {
        using var log = TestLog.Create();
        log.Append(0);
        log.Append(40, 40);
        var path = log.LastSegment;
        var end = SegmentHeader.Size + (int)log.Log.Bytes;

        for (var offset = SegmentHeader.Size + Mark.Size; offset < end; offset++)
        {
            Flip(log.Files, path, offset);
            var read = Record.Exception(() => Assert.Equal(log.Frames, TestLog.ReadAll(log.Log)));
            Assert.IsType<LogDamagedException>(read);
            Flip(log.Files, path, offset);
        }
    }

    [Fact]
    public void A_huge_claimed_length_is_refused_without_allocating_it()
    {
        using var log = TestLog.Create();
        log.Append(0);
        log.Append(40, 40);
        using (var file = log.Files.Open(log.LastSegment, FileLabel.Append))
            file.Write(BitConverter.GetBytes(FrameHeader.MaxFrameLength), SegmentHeader.Size + Mark.Size, FileLabel.Append);
        using var cursor = log.Log.OpenCursor(1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<LogDamagedException>(() => cursor.Read(3));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static void Flip(MemoryFileSystem files, string path, int offset)
    {
        using var file = files.Open(path, FileLabel.Append);
        var one = new byte[1];
        file.Read(one, offset, FileLabel.Append);
        one[0] ^= 0x10;
        file.Write(one, offset, FileLabel.Append);
    }
}
