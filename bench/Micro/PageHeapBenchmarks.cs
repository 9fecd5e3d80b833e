using BenchmarkDotNet.Attributes;
using Replication.Core.Records.Memory;

namespace Replication.Bench.Micro;

/// <summary>A heap with a million blocks, of which some are freed and allocated again, in no order.</summary>
[MemoryDiagnoser]
public class PageHeapBenchmarks
{
    private const int Operations = 1024;
    private const int BlockBytes = 136; // a record of 16 and 100 bytes

    private readonly PageHeap _heap = new();
    private readonly nint[] _blocks = new nint[Places.Count];
    private Places _places;

    [GlobalSetup]
    public void Fill()
    {
        for (var i = 0; i < _blocks.Length; i++) _blocks[i] = _heap.Allocate(BlockBytes);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void FreeAndAllocate()
    {
        for (var i = 0; i < Operations; i++)
        {
            ref var block = ref _blocks[_places.Next()];
            _heap.Free(block);
            block = _heap.Allocate(BlockBytes);
        }
    }
}
