using Replication.Client;
using Replication.ProcessKit;
using Replication.Testing;

namespace Replication.Faults.Disks;

/// <summary>Disks that answer with errors, take a part, or take their time, below the C library of a real node.</summary>
public sealed class IoFaultTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("replication-io-").FullName;
    private readonly FaultedPair _pair = new(seed: 12);
    private readonly IoFaults _primary;
    private readonly IoFaults _replica;

    public IoFaultTests()
    {
        _primary = new IoFaults(Path.Combine(_root, "primary"));
        _replica = new IoFaults(Path.Combine(_root, "replica"));
        _pair.Primary.Variables = _primary.Variables;
        _pair.Replica.Variables = _replica.Variables;
    }

    public Task InitializeAsync() => _pair.StartAsync();

    public async Task DisposeAsync()
    {
        await _pair.DisposeAsync();
        _primary.Dispose();
        _replica.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("Write", 0, IoFaults.InputOutputError)]
    [InlineData("Write", 3, IoFaults.InputOutputError)]
    [InlineData("Sync", 0, IoFaults.InputOutputError)]
    [InlineData("Sync", 3, IoFaults.InputOutputError)]
    [InlineData("Write", 0, IoFaults.NoSpace)] // Segments have their room before they are written, but not on every file system.
    public async Task A12_An_error_of_the_log_ends_the_primary_before_it_answers_and_the_next_start_needs_nobody(string operation, int skip, int error)
    {
        await _pair.Load.GetsOnAsync();
        // Once, then fine: whoever tried the sync again would be told that all is well, and would be wrong.
        _primary.Order(Enum.Parse<IoOperation>(operation), IoFaultKind.Error, "primary/log/", skip: skip, error: error);
        Assert.NotEqual(0, await _pair.Primary.WaitForExitAsync());
        Assert.Equal(1, _primary.Fired);
        Assert.Contains("Replication cannot go on", _pair.Primary.Output, StringComparison.Ordinal);

        await _pair.Primary.StartReadyAsync();
        await _pair.CheckAsync();
    }

    [Theory]
    [InlineData("Write")]
    [InlineData("Sync")]
    public async Task A12_An_error_of_its_log_ends_a_replica_and_the_next_start_follows_again(string operation)
    {
        await _pair.Load.GetsOnAsync();
        _replica.Order(Enum.Parse<IoOperation>(operation), IoFaultKind.Error, "replica/log/");
        Assert.NotEqual(0, await _pair.Replica.WaitForExitAsync());
        Assert.Equal(1, _replica.Fired);
        await _pair.Load.GetsOnAsync();

        await _pair.Replica.StartReadyAsync();
        await _pair.CheckAsync();
    }

    [Theory]
    [InlineData("Write", IoFaults.InputOutputError)]
    [InlineData("Sync", IoFaults.InputOutputError)]
    [InlineData("Write", IoFaults.NoSpace)]
    public async Task A12_An_error_while_a_snapshot_is_written_costs_that_snapshot_and_nothing_else(string operation, int error)
    {
        await _pair.Load.GetsOnAsync();
        await using var client = _pair.Primary.NewClient();
        _primary.Order(Enum.Parse<IoOperation>(operation), IoFaultKind.Error, "primary/snapshots/", error: error);
        var refused = await Assert.ThrowsAsync<ReplicationException>(() => client.TakeSnapshotAsync());
        Assert.Equal(1, _primary.Fired);
        Assert.NotEmpty(refused.Message);
        await _pair.Load.GetsOnAsync();

        await _pair.SnapshotAsync(_pair.Primary);
        await _pair.CheckAsync();
    }

    [Fact]
    public async Task Short_writes_are_finished()
    {
        _primary.Order(IoOperation.Write, IoFaultKind.Short, "primary/", times: 200);
        _replica.Order(IoOperation.Write, IoFaultKind.Short, "replica/", times: 200);
        await _pair.SnapshotAsync(_pair.Primary);
        await Eventually.HoldsAsync("all struck", () => (_primary.Fired, _replica.Fired) == (200, 200), NodeProcess.Patience);
        await _pair.Primary.KillAsync();
        await _pair.Primary.StartReadyAsync();
        await _pair.CheckAsync();
    }

    [Fact]
    public async Task Slow_syncs_make_commits_slow_and_nothing_else()
    {
        _primary.Order(IoOperation.Sync, IoFaultKind.Delay, "primary/log/", times: int.MaxValue, milliseconds: 100);
        _replica.Order(IoOperation.Sync, IoFaultKind.Delay, "replica/log/", times: int.MaxValue, milliseconds: 300);
        await _pair.Load.GetsOnAsync(60);
        await _pair.Primary.KillAsync();
        await _pair.Primary.StartReadyAsync();
        await _pair.Load.GetsOnAsync(60);
        Assert.True(_primary.Fired > 10 && _replica.Fired > 5, $"{_primary.Fired}, {_replica.Fired}");
        _primary.End();
        _replica.End();
        await _pair.CheckAsync();
    }
}
