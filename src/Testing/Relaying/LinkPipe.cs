using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Replication.Testing.Relaying;

/// <summary>One way through one connection: a bounded queue of what is under way between two sockets.</summary>
/// <param name="from">The sender's side.</param>
/// <param name="to">The receiver's side.</param>
/// <param name="direction">The way the bytes go.</param>
/// <param name="opposite">The way on which the sender would hear that the receiver is gone.</param>
/// <param name="time">For latencies.</param>
internal sealed class LinkPipe(Socket from, Socket to, LinkDirection direction, LinkDirection opposite, TimeProvider time)
{
    private const int ChunkBytes = 16 * 1024;
    private const int ChunksUnderWay = 64;

    private readonly Channel<Chunk> _underWay = Channel.CreateBounded<Chunk>(new BoundedChannelOptions(ChunksUnderWay) { SingleReader = true, SingleWriter = true });

    private readonly record struct Chunk(byte[] Buffer, int Length, long TakenAt);

    /// <summary>Takes bytes in until the sender has closed its side.</summary>
    public async Task TakeAsync(CancellationToken ending)
    {
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
            var length = await HeardAsync(from.ReceiveAsync(buffer.AsMemory(0, ChunkBytes), ending), direction, ending);
            if (length == 0) break;
            await _underWay.Writer.WriteAsync(new Chunk(buffer, length, time.GetTimestamp()), ending);
        }
        _underWay.Writer.Complete();
    }

    /// <summary>Gives them out, late and in order, and closes the receiver's side behind the last.</summary>
    public async Task GiveAsync(CancellationToken ending)
    {
        await foreach (var chunk in _underWay.Reader.ReadAllAsync(ending))
        {
            if (direction.Latency - time.GetElapsedTime(chunk.TakenAt) is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, time, ending);
            await direction.FlowsAsync().WaitAsync(ending);
            for (var sent = 0; sent < chunk.Length;) sent += await HeardAsync(to.SendAsync(chunk.Buffer.AsMemory(sent, chunk.Length - sent), ending), opposite, ending);
            direction.Count(chunk.Length);
            ArrayPool<byte>.Shared.Return(chunk.Buffer);
        }
        await direction.FlowsAsync().WaitAsync(ending);
        to.Shutdown(SocketShutdown.Send);
    }
    // A reset is news of one side for the other: where nothing passes, it does not pass either.
    private static async ValueTask<int> HeardAsync(ValueTask<int> transfer, LinkDirection news, CancellationToken ending)
    {
        try
        {
            return await transfer;
        }
        catch (SocketException)
        {
            await news.FlowsAsync().WaitAsync(ending);
            throw;
        }
    }
}
