namespace Replication.Testing.Tests;

/// <summary>docs/TESTING_YOUR_APPLICATION.md shows the files of tests/Testing/Example, which are compiled and run here.</summary>
public sealed class ExampleTests
{
    private static readonly string Root = FindRoot();

    [Theory]
    [InlineData("Customer.cs")]
    [InlineData("CustomersApplication.cs")]
    [InlineData("CustomersTests.cs")]
    public void The_document_shows_the_example_as_it_is(string file)
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "TESTING_YOUR_APPLICATION.md"));
        var code = File.ReadAllText(Path.Combine(Root, "tests", "Testing", "Example", file));

        Assert.Contains(code.Replace("Replication.Testing.Tests.Example", "Customers", StringComparison.Ordinal).Trim(), document, StringComparison.Ordinal);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Replication.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("These tests run from inside the checkout.");
        return folder.FullName;
    }
}
