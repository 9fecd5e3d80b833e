using Replication.Client;
using Replication.Kit.Checks;
using Replication.ProcessKit;

namespace Replication.Laboratory.Soak;

/// <summary>One node over all its lives.</summary>
/// <param name="name">For people.</param>
/// <param name="process">The process.</param>
internal sealed class SoakNode(string name, NodeProcess process) : IAsyncDisposable
{
    /// <summary>How a node ends itself when it does not know what its disk took; the next start decides.</summary>
    private const int EndedItself = 134;
    private const int CannotStartYet = 75;

    private volatile int _id;

    public string Name => name;

    public NodeProcess Process => process;

    public ReplicationClient Client { get; } = new(new ReplicationClientOptions { Address = process.Address, Timeout = TimeSpan.FromSeconds(5), Retries = CommitRetries.Off });

    /// <summary>Its process; 0 while it is not meant to run.</summary>
    public int ProcessId => _id;

    public void Start()
    {
        process.Start();
        _id = process.Id;
    }

    public async Task KillAsync()
    {
        _id = 0;
        await process.KillAsync();
    }

    /// <summary>SIGTERM.</summary>
    public async Task StopAsync()
    {
        _id = 0;
        if (await process.StopAsync() is not 0 and var code) throw new ViolationException("a node told to stop exits with success", $"{name} ended with {code}:\n{process.Output}");
    }

    /// <summary>Whether it has ended by itself, which it may when its disk is full; it is started again.</summary>
    /// <exception cref="ViolationException">It ended otherwise.</exception>
    public async Task<bool> ReviveAsync(bool mayHaveEnded)
    {
        if (_id == 0 || !process.HasEnded) return false;
        _id = 0;
        var code = await process.WaitForExitAsync();
        if (!mayHaveEnded || code is not (EndedItself or CannotStartYet)) throw new ViolationException("nodes do not end by themselves", $"{name} ended with {code}:\n{process.Output}");
        Start();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _id = 0;
        await Client.DisposeAsync();
        await process.DisposeAsync();
    }
}
