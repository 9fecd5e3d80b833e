using System.Net.Sockets;

namespace Replication.Testing.Relaying;

/// <summary>One accepted connection and the one that was made for it. It ends when both sides are done, when either fails, or when it is aborted.</summary>
internal sealed class LinkConnection : IDisposable
{
    private readonly Uri _target;
    private readonly Socket _near;
    private readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly LinkPipe _there;
    private readonly LinkPipe _back;
    private readonly CancellationTokenSource _ending = new();

    public LinkConnection(Socket accepted, Uri target, LinkDirection there, LinkDirection back, TimeProvider time)
    {
        _near = accepted;
        _near.NoDelay = true;
        _target = target;
        _there = new LinkPipe(_near, _far, there, back, time);
        _back = new LinkPipe(_far, _near, back, there, time);
    }

    public async Task RunAsync()
    {
        try
        {
            await _far.ConnectAsync(_target.Host, _target.Port, _ending.Token);
            await Task.WhenAll(EndingAll(_there.TakeAsync), EndingAll(_there.GiveAsync), EndingAll(_back.TakeAsync), EndingAll(_back.GiveAsync));
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // What one side did, or the link, the other side is shown as a reset.
            Abort();
        }
        finally
        {
            _near.Dispose();
            _far.Dispose();
        }
    }

    /// <summary>Resets both sides at once; what was under way is lost.</summary>
    public void Abort()
    {
        _near.Close(0);
        _far.Close(0);
        _ending.Cancel();
    }

    public void Dispose() => _ending.Dispose();

    private async Task EndingAll(Func<CancellationToken, Task> part)
    {
        try
        {
            await part(_ending.Token);
        }
        catch
        {
            await _ending.CancelAsync();
            throw;
        }
    }
}
