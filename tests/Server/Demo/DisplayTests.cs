using Replication.Client;
using Replication.Server.Demo.Display;
using Replication.Server.Demo.Nodes;

namespace Replication.Server.Tests.Demo;

public sealed class DisplayTests
{
    private static readonly NodeReading Primary = new()
    {
        Name = "primary", Role = "primary", State = "Primary", ProcessId = 11, Position = new LogPosition(1, 61034), Records = 61012, Digest = "0123456789abcdef0123456789abcdef",
    };

    private static readonly NodeReading Replica = Primary with { Name = "replica-1", Role = "replica", State = "Streaming", ProcessId = 12, Lag = 1234, Age = TimeSpan.FromMilliseconds(12) };

    private static readonly NodeReading Away = new() { Name = "replica-2", Role = "replica", State = "unreachable", ProcessId = 13, Lag = 5 };

    [Fact]
    public void Nodes_are_a_table_with_aligned_columns() =>
        Assert.Equal(
            """
            NODE       ROLE     STATE        POSITION  RECORDS  LAG    AGE    DIGEST        PID
            primary    primary  Primary      1/61034   61,012   -      -      0123456789ab  11
            replica-1  replica  Streaming    1/61034   61,012   1,234  12 ms  0123456789ab  12
            replica-2  replica  unreachable  -         -        5      -      -             13
            """,
            CellTable.OfReadings([Primary, Replica, Away]).ToText());

    [Fact]
    public async Task Plain_lines_come_once_a_second_and_events_at_once()
    {
        using var output = new StringWriter { NewLine = "\n" };

        await new PlainView(output).ShowAsync(Pictures(
            new DemoPicture(TimeSpan.Zero, [Primary, Replica], 0.12, 7, 0, null),
            new DemoPicture(TimeSpan.FromSeconds(0.5), [Primary, Replica], 0.2, 8, 0, null),
            new DemoPicture(TimeSpan.FromSeconds(0.75), [Primary, Replica], 0.3, 9, 0, "replica-2 ended."),
            new DemoPicture(TimeSpan.FromSeconds(1), [Primary, Away], 1, 10, 20, null),
            new DemoPicture(TimeSpan.FromSeconds(5), [Primary, Away], 1, 10, 30, null)));

        Assert.Equal(
            """
              0.0 s  import 12 %  primary 1/61034  replica-1 1/61034 lag 1,234, 12 ms
              0.8 s  replica-2 ended.
              1.0 s  live 20  primary 1/61034  replica-2 unreachable lag 5, -

            """,
            output.ToString());
    }

    private static async IAsyncEnumerable<DemoPicture> Pictures(params DemoPicture[] pictures)
    {
        foreach (var picture in pictures)
        {
            await Task.Yield();
            yield return picture;
        }
    }
}
