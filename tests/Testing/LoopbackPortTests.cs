namespace Replication.Testing.Tests;

public sealed class LoopbackPortTests
{
    private const int SlicePorts = 1_000;

    [Fact]
    public void A_process_takes_its_ports_from_a_part_that_it_holds_against_others()
    {
        var ports = Enumerable.Range(0, 50).Select(_ => LoopbackPort.Take()).ToArray();

        var first = Assert.Single(ports.Select(port => port / SlicePorts * SlicePorts).Distinct());
        Assert.Equal(ports, ports.Distinct());
        Assert.InRange(first, 20_000, 31_000);
        var path = Path.Combine(Path.GetTempPath(), $"replication-test-ports-{first}");
        Assert.Throws<IOException>(() => File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
    }
}
