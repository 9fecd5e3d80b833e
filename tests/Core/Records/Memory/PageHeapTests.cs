using Replication.Core.Records.Memory;

namespace Replication.Core.Tests.Records.Memory;

public sealed unsafe class PageHeapTests
{
    private readonly PageHeap _heap = new() { Poisons = true };

    [Fact]
    public void The_class_of_a_size_is_the_smallest_that_holds_it_and_wastes_an_eighth_at_most()
    {
        for (var bytes = 1; bytes <= SizeClass.MaxBytes; bytes++)
        {
            var sizeClass = SizeClass.Of(bytes);
            var taken = SizeClass.BytesOf(sizeClass);
            Assert.True(taken >= bytes && taken % 8 == 0 && taken - bytes <= Math.Max(7, bytes / 8), $"{bytes} bytes take {taken}");
            Assert.True(sizeClass == 0 || SizeClass.BytesOf(sizeClass - 1) < bytes, $"{bytes} bytes fit into a smaller class than {sizeClass}");
        }
        Assert.Equal(SizeClass.Count - 1, SizeClass.Of(SizeClass.MaxBytes));
    }

    [Theory]
    [InlineData(1, 300)]
    [InlineData(2, 5_000)]
    [InlineData(3, 400_000)]
    public void Blocks_of_any_size_keep_their_content_until_they_are_freed(int seed, int maxBytes)
    {
        var random = new Random(seed);
        var blocks = new List<(nint Address, int Bytes, byte Content)>();
        for (var step = 0; step < 30_000; step++)
        {
            if (blocks.Count < 400 && random.Next(5) > 0)
            {
                var bytes = random.Next(1, random.Next(2, maxBytes));
                var (address, content) = (_heap.Allocate(bytes), (byte)random.Next(1, 200));
                Assert.Equal(0, address % 8);
                new Span<byte>((void*)address, bytes).Fill(content);
                blocks.Add((address, bytes, content));
            }
            else if (blocks.Count > 0)
            {
                var at = random.Next(blocks.Count);
                Check(blocks[at]);
                _heap.Free(blocks[at].Address);
                blocks.RemoveAt(at);
            }
        }
        Assert.Equal(blocks.Sum(block => block.Bytes <= SizeClass.MaxBytes ? SizeClass.BytesOf(SizeClass.Of(block.Bytes)) : block.Bytes), _heap.LiveBytes);
        foreach (var block in blocks)
        {
            Check(block);
            _heap.Free(block.Address);
        }
        Assert.Equal(0, _heap.LiveBytes);
        GC.KeepAlive(_heap);
    }

    [Fact]
    public void Memory_goes_back_to_the_system_with_the_last_block_of_a_page()
    {
        var blocks = Enumerable.Range(0, 200_000).Select(_ => _heap.Allocate(136)).ToArray();
        Assert.InRange(_heap.UsedBytes, 200_000 * 136, 200_000 * 137);

        foreach (var block in blocks) _heap.Free(block);

        Assert.InRange(_heap.UsedBytes, 0, Page.Bytes);
        var again = _heap.Allocate(136);
        Assert.True(new ReadOnlySpan<byte>((void*)again, 136).Length == 136 && _heap.LiveBytes == 136);
    }

    [Fact]
    public void A_large_block_is_given_back_at_once()
    {
        var block = _heap.Allocate(5_000_000);
        new Span<byte>((void*)block, 5_000_000).Fill(7);
        Assert.Equal((5_000_000, 5_000_000), (_heap.LiveBytes, _heap.UsedBytes));

        _heap.Free(block);

        Assert.Equal((0, 0), (_heap.LiveBytes, _heap.UsedBytes));
    }

    [Fact]
    public void A_page_that_is_being_emptied_gets_no_new_blocks_and_goes_back_with_its_last_one()
    {
        var blocks = Enumerable.Range(0, 100_000).Select(_ => _heap.Allocate(136)).ToList();
        var kept = blocks.Where((_, number) => number % 10 == 0).ToList();
        foreach (var block in blocks.Except(kept)) _heap.Free(block);
        Assert.True(_heap.IsSparse);

        Assert.InRange(_heap.EmptySparsePages(), 12, 14);
        Assert.All(kept, block => Assert.True(PageHeap.IsLeaving(block)));
        foreach (var block in kept)
        {
            Assert.False(PageHeap.IsLeaving(_heap.Allocate(136)));
            _heap.Free(block);
        }

        Assert.Equal(0, _heap.EmptySparsePages());
        Assert.InRange(_heap.UsedBytes, 10_000 * 136, (10_000 * 136) + (2 * Page.Bytes));
    }

    private static void Check((nint Address, int Bytes, byte Content) block) =>
        Assert.True(new ReadOnlySpan<byte>((void*)block.Address, block.Bytes).IndexOfAnyExcept(block.Content) < 0, "a block was written by others");
}
